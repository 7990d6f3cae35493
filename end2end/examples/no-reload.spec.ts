import { expect, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

test("views follow the user without a reload, in and out", async ({ page, lock, phone, outbox }) => {
  await page.goto("/about");
  await hydrated(page);
  let loads = 0;
  page.on("load", () => (loads += 1));
  for (const count of [1, 2]) {
    await lock.opener.click();
    await lock.sendCodeAndWait(phone);
    await lock.enterCode(await outbox.code(phone, count));
    await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
    await page.getByRole("link", { name: "Account" }).click();
    await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
    await page.getByRole("link", { name: "About" }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await expect(lock.opener).toBeVisible();
  }
  expect(loads).toBe(0);
});

test("a private page that is signed out of asks to log in again", async ({ page, phone, outbox }) => {
  await page.goto("/account");
  await hydrated(page);
  const login = page.locator(".lock:not(dialog)");
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));
  await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
  await page.getByRole("button", { name: "Log out" }).click();

  await expect(page).toHaveURL("/login?return_to=%2Faccount");
  await expect(login.getByLabel("Phone number")).toBeFocused();
});
