import { expectAccessible } from "../../support/accessible";
import { expect, expectSignedIn, test } from "../../support/fixtures";

// Where terms have to be accepted and only four countries are texted.

test("no code goes out before the terms are accepted, and that they were is kept", async ({ page, lock, phone, outbox }) => {
  await lock.open("/");
  await expect(lock.root.getByRole("link", { name: "Terms of service" })).toHaveAttribute("href", "https://app.example/terms");
  await lock.sendCode(phone);
  await expect(lock.notice).toHaveText("Please accept the terms to go on.");
  await expectAccessible(page, "terms, refused");

  await lock.root.getByRole("checkbox").check();
  await lock.button("Send code").click();
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);
  await page.goto("/profile");
  await expect(page.locator("dl.profile")).toContainText("version 2026-11");
});

test("only the allowed countries are offered, the app's own first", async ({ lock }) => {
  await lock.open("/");
  await expect(lock.country).toHaveValue("Austria (\u200e+43)");
  await lock.country.click();
  await expect(lock.countries).toHaveText(["Austria (\u200e+43)", "Germany (\u200e+49)", "Switzerland (\u200e+41)", "United States (\u200e+1)"]);
  await lock.country.press("Escape");
  await lock.root.getByRole("checkbox").check();
  await lock.phone.fill("+44 7911 123456");
  await lock.button("Send code").click();
  await expect(lock.notice).toContainText("We can't send codes to this country.");
});

test("the tenant's own page opens no way around the terms", async ({ page, lock }) => {
  await page.goto("/login/hosted");
  await expect(page).toHaveURL(/\/login\?/);
  await expect(lock.notice).toHaveText("Please accept the terms to go on.");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the same", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login");
    await lock.sendCode(phone);
    await expect(lock.notice).toHaveText("Please accept the terms to go on.");
    await expect(lock.phone).toHaveValue(phone);
    await lock.root.getByRole("checkbox").check();
    await lock.button("Send code").click();
    await lock.enterCode(await outbox.code(phone));
    await expectSignedIn(page);
  });
});
