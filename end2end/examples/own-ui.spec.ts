import { expect, test } from "../support/fixtures";
import { wrong } from "../support/outbox";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("in, after a wrong code, and out", async ({ page, phone, outbox }) => {
      await page.goto("/");
      const form = page.locator("form:not(dialog form)");
      if (javaScriptEnabled) await page.waitForLoadState("networkidle");
      await form.getByLabel("Phone number").fill(phone);
      await form.getByRole("button", { name: "Send code" }).click();
      const code = await outbox.code(phone);
      const enter = async (code: string) => {
        await form.getByLabel("Code", { exact: true }).fill(code);
        if (!javaScriptEnabled) await form.getByRole("button", { name: "Log in" }).click();
      };
      await enter(wrong(code));
      await expect(page.getByRole("alert").first()).toHaveText("Wrong code. Tries left: 2.");
      await enter(code);
      await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
      await page.getByRole("button", { name: "Log out" }).click();

      await expect(page.getByLabel("Phone number").first()).toBeVisible();
      // Rendered by the browser with JavaScript, by the server without.
      await expect(page.locator(".lock-open")).toHaveCSS("background-color", "rgb(234, 83, 35)");
    });
  });
}
