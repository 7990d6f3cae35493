import { expect, expectSignedIn, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

test("strangers who ask for the profile log in first, and get there", async ({ page, lock, phone, outbox }) => {
  await page.goto("/profile");
  await expect(page).toHaveURL(/\/login\?/);
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expectSignedIn(page, "/profile");
  const profile = page.locator("dl.profile");
  await expect(profile).toContainText(/sms\|[0-9a-f]{24}/);
  await expect(profile).toContainText(phone);
});

test("after a login, the next page is still signed in", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);

  await page.getByRole("link", { name: "Profile" }).click();
  await expectSignedIn(page, "/profile");
});

test("logging out ends the session here and at the tenant", async ({ page, lock, phone, outbox, tenantUrl }) => {
  await page.goto("/login/hosted");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);

  await page.getByRole("button", { name: "Log out" }).click();
  await expect(lock.opener).toBeVisible();
  await expect(page).toHaveURL("/");

  await page.goto("/profile");
  await expect(page).toHaveURL(/\/login\?/);
  // A session that was left at the tenant would come straight back, signed in.
  await page.goto("/login/hosted");
  expect(new URL(page.url()).origin).toBe(tenantUrl);
  await expect(page.getByLabel("Phone number")).toBeVisible();
});

test("a session at the tenant signs in without another code", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login/hosted");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);

  // Who is signed in here would not even be sent to the tenant.
  await page.context().clearCookies({ name: /session$/ });
  await page.goto("/login/hosted");
  await expectSignedIn(page);
});

test("a way back to another site is not taken", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login?return_to=//evil.example/");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expectSignedIn(page, "/");
});
