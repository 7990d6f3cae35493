import { expect, test } from "../support/fixtures";
import { wrong } from "../support/outbox";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("in, after a wrong code, and out", async ({ page, phone, outbox }) => {
      await page.goto("/");
      if (javaScriptEnabled) await page.waitForLoadState("networkidle");
      await page.getByLabel("Phone number").fill(phone);
      await page.getByRole("button", { name: "Send code" }).click();
      const code = await outbox.code(phone);
      const enter = async (code: string) => {
        await page.getByLabel("Code", { exact: true }).fill(code);
        if (!javaScriptEnabled) await page.getByRole("button", { name: "Log in" }).click();
      };
      await enter(wrong(code));
      await expect(page.getByRole("alert")).toHaveText("Wrong code. Tries left: 2.");
      await enter(code);
      await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
      await page.getByRole("button", { name: "Log out" }).click();

      await expect(page.getByLabel("Phone number")).toBeVisible();
    });
  });
}
