import { expect, expectSignedIn, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

// Run once for each login flow.

test("with the dialog, back to the page they came from", async ({ page, lock, phone, outbox }) => {
  await lock.open("/?from=here");
  await lock.sendCode(phone);
  await expect(lock.root).toContainText(`An SMS with the code has been sent to ${readable(phone)}.`);

  await lock.enterCode(await outbox.code(phone));

  await expectSignedIn(page, "/?from=here");
});

test("with the dialog as a page", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expectSignedIn(page);
});

test("with your own UI", async ({ page, phone, outbox }) => {
  await page.goto("/login/custom");
  await hydrated(page);
  await expect(page.getByText("I accept the terms")).toBeHidden();
  await page.getByLabel("Enter your phone number").fill(phone);
  await page.getByRole("button", { name: "Send SMS" }).click();
  await expect(page.getByLabel("Enter your phone number")).toBeHidden();
  await page.getByLabel("Enter the verification code").fill(await outbox.code(phone));

  await expectSignedIn(page);
});

test("on the tenant's own page", async ({ page, lock, phone, outbox, tenantUrl, baseURL }) => {
  await page.goto("/login/hosted");
  expect(new URL(page.url()).origin).toBe(tenantUrl);
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expectSignedIn(page);
  expect(new URL(page.url()).origin).toBe(baseURL);
});

test("nothing of the login stays in the address, in storage or in a script's reach", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);

  const within = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
  expect(within).toEqual(["", 0, 0]);
  const [session, ...others] = (await page.context().cookies()).filter(({ domain, path }) => domain && path === "/");
  expect(others.every(({ httpOnly }) => httpOnly)).toBe(true);
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("with the dialog", async ({ page, lock, phone, outbox }) => {
    await page.goto("/?from=here");
    await lock.opener.click();
    await lock.sendCode(phone);
    await expect(lock.root).toContainText(readable(phone));
    await lock.enterCode(await outbox.code(phone));

    await expectSignedIn(page, "/?from=here");
  });

  test("with your own UI", async ({ page, phone, outbox }) => {
    await page.goto("/login/custom");
    await page.getByLabel("Enter your phone number").fill(phone);
    await page.getByRole("button", { name: "Send SMS" }).click();
    await page.getByLabel("Enter the verification code").fill(await outbox.code(phone));
    await page.getByRole("button", { name: "Login" }).click();

    await expectSignedIn(page);
  });
});
