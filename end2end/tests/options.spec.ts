import { Page } from "@playwright/test";
import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { Outbox } from "../support/outbox";

const options = (query: Record<string, string>) => `/gallery/options?${new URLSearchParams(query)}`;
/** The header of the page has a dialog of its own. */
const second = (page: Page) => ({
  opener: page.locator("main .lock-open").first(),
  dialog: page.locator("main dialog").first(),
});

/** In the dialog, up to where the browser would leave; the page stays to be looked at. */
async function logIn(page: Page, query: Record<string, string>, phone: string, outbox: Outbox) {
  await page.goto(options(query));
  await hydrated(page);
  const { opener, dialog } = second(page);
  await opener.click();
  await dialog.getByLabel("Phone number").fill(phone);
  await dialog.getByRole("button", { name: "Send code" }).click();
  const verified = { Verified: { continue_to: "#done" } };
  await page.route("**/api/passwordless/verify", (route) => route.fulfill({ json: verified }));
  await dialog.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));
  return dialog;
}

test("a dialog that cannot be closed has no button for it, and Esc does nothing", async ({ page }) => {
  await page.goto(options({ closable: "false" }));
  await hydrated(page);
  const { opener, dialog } = second(page);
  await opener.click();
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Close" })).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
});

test("autoclose closes the dialog once the code was right", async ({ page, phone, outbox }) => {
  const dialog = await logIn(page, { autoclose: "true" }, phone, outbox);
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/#done$/);
});

test("without autoclose the last screen says what happens", async ({ page, phone, outbox }) => {
  const dialog = await logIn(page, {}, phone, outbox);
  await expect(dialog.getByRole("status").filter({ hasText: "Thanks for logging in." })).toBeVisible();
  await expect(dialog.getByRole("link", { name: "Continue" })).toHaveAttribute("href", "#done");
});

test("title, label, flash message and number are the app's", async ({ page }) => {
  const number = { phone_number: "07911 123456", country: "GB" };
  const texts = { title: "Join us", open_label: "Come in", flash: "Please log in to pay.", flash_error: "true" };
  await page.goto(options({ ...texts, ...number }));
  await hydrated(page);
  const { opener, dialog } = second(page);
  await expect(opener).toHaveText("Come in");
  await opener.click();
  await expect(dialog).toHaveAccessibleName("Join us");
  await expect(dialog.getByRole("alert")).toHaveText("Please log in to pay.");
  await expect(dialog.getByLabel("Phone number")).toHaveValue("07911 123456");
  await expect(dialog.getByRole("combobox")).toHaveValue("United Kingdom (\u200e+44)");
});

test("without autofocus, the field waits", async ({ page }) => {
  await page.goto(options({ inline: "true", autofocus: "false" }));
  await hydrated(page);
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
});

test("several dialogs on one page do not know of each other", async ({ page, phone, outbox }) => {
  await page.goto(options({ dialogs: "3", inline: "true" }));
  await hydrated(page);
  const ids = await page.locator("[id]").evaluateAll((all) => all.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);

  const inline = page.locator("section.lock");
  await inline.getByLabel("Phone number").fill("12345");
  await page.locator("main .lock-open").nth(1).click();
  const dialog = page.locator("main dialog").nth(1);
  await dialog.getByLabel("Phone number").fill(phone);
  await dialog.getByRole("button", { name: "Send code" }).click();
  await expect(dialog.getByLabel("Code", { exact: true })).toBeVisible();
  await expect(inline.getByLabel("Phone number")).toHaveValue("12345");
  await dialog.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));
  await expectSignedIn(page, "/gallery/options?dialogs=3&inline=true");
});

test("a hundred times open and closed: no error, nothing left behind", async ({ page, lock }) => {
  test.slow();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/");
  await hydrated(page);
  const count = () => page.evaluate(() => document.querySelectorAll("*").length);
  const before = await count();
  for (let i = 0; i < 100; i++) {
    await lock.opener.press("Enter");
    await expect(lock.phone).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(lock.opener).toBeFocused();
  }
  expect(await count()).toBe(before);
});

test("opening the dialog asks for nothing", async ({ page, lock }) => {
  await page.goto("/");
  await hydrated(page);
  await page.waitForLoadState("networkidle");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await lock.opener.click();
  await expect(lock.phone).toBeFocused();
  expect(requests).toEqual([]);
});

test("a dialog of another language than the one before it", async ({ page }) => {
  await page.goto("/gallery/options?language=de&inline=true");
  await hydrated(page);
  const inline = page.locator("section.lock");
  await expect(inline.getByRole("combobox", { name: "Land" })).toHaveValue(/^Vereinigte Staaten/);
  await inline.locator("[type=tel]").press("Enter");
  await expect(inline.getByRole("alert")).toHaveText("Bitte geben Sie Ihre Telefonnummer ein.");
  await page.locator("header .lock-open").click();
  await expect(page.getByRole("combobox", { name: "Country" })).toHaveValue(/^United States/);
});
