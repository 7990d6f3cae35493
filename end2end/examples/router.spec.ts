import { Page } from "@playwright/test";
import { expect, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

const card = ".lock:not(dialog)";

test.beforeEach(async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  // Set by no navigation in the browser, lost with every other.
  await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
});

const isTheSamePage = (page: Page) =>
  page.evaluate(() => (window as { isTheSamePage?: boolean }).isTheSamePage === true);

test("the login page that the browser renders is as good as the server's", async ({ page, phone, outbox }) => {
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page).toHaveURL("/login?return_to=%2Faccount");
  const login = page.locator(card);
  await expect(login.getByLabel("Phone number")).toBeFocused();
  await expect(login.getByRole("combobox", { name: "Country" })).toHaveValue(/United States/);
  await login.getByRole("combobox", { name: "Country" }).click();
  await page.keyboard.type("Germ");
  await expect(login.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(login.getByRole("combobox", { name: "Country" })).toHaveValue(/Germany/);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  expect(await isTheSamePage(page)).toBe(true);
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));

  await expect(page).toHaveURL("/account");
  await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
});

test("a login in progress is still there after going away and back", async ({ page, phone, outbox }) => {
  await page.getByRole("link", { name: "Account" }).click();
  const login = page.locator(card);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  await expect(login.getByLabel("Code", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "About" }).click();
  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
  await page.goBack();
  await expect(login).toContainText(`An SMS with the code has been sent to ${readable(phone)}.`);
  await expect(login.getByRole("button", { name: /Send a new code in/ })).toBeDisabled();
  await page.goForward();
  await page.goBack();
  await expect(login.getByLabel("Code", { exact: true })).toBeVisible();
  expect(await isTheSamePage(page)).toBe(true);
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));

  await expect(page).toHaveURL("/account");
});

test("the dialog in the header comes back to the page that it was opened on", async ({ page, lock, phone, outbox }) => {
  await page.getByRole("link", { name: "About" }).click();
  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
  await lock.opener.click();
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  await expect(page).toHaveURL("/about");
});

test("back does not lead into the private page again", async ({ page }) => {
  await page.getByRole("link", { name: "About" }).click();
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page).toHaveURL("/login?return_to=%2Faccount");
  await page.goBack();

  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
});

test("leaving while an answer is under way", async ({ page, phone }) => {
  await page.getByRole("link", { name: "Account" }).click();
  const login = page.locator(card);
  await login.getByLabel("Phone number").fill(phone);
  // Without waiting for the answer, nor for the frame after it.
  await page.evaluate(() => {
    document.querySelector<HTMLElement>(".lock:not(dialog) .lock-submit")!.click();
    document.querySelector<HTMLElement>("a[href='/about']")!.click();
  });
  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
  await page.waitForLoadState("networkidle");
});

test("an answer of another version loads the page once, and then says so", async ({ page }) => {
  let answers = 0;
  await page.route("**/api/passwordless/state*", (route) => {
    answers += 1;
    return route.fulfill({ body: "0\u001fanother version" });
  });
  await page.getByRole("link", { name: "Account" }).click();
  await expect.poll(() => isTheSamePage(page).catch(() => true)).toBe(false);
  await hydrated(page);
  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByRole("link", { name: "Account" }).click();

  await expect(page.locator(card).getByRole("alert")).toHaveText("This page is out of date. Please reload it.");
  expect(answers).toBe(2);
});
