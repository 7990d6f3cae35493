import { expect, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

const card = ".lock:not(dialog)";

test("with the dialog in the header, back to the page", async ({ page, lock, phone, outbox }) => {
  await lock.open("/about");
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));

  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
  await expect(lock.opener).toHaveCount(0);
});

test("on the login page, with a wrong code first", async ({ page, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  const login = page.locator(card);
  await expect(login.getByLabel("Phone number")).toBeFocused();
  await expect(login.getByRole("combobox", { name: "Country" })).toHaveValue(/United States/);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  const code = await outbox.code(phone);
  await login.getByLabel("Code", { exact: true }).fill(wrong(code));
  await expect(login.getByRole("alert")).toHaveText("Wrong code. Tries left: 2.");
  await login.getByLabel("Code", { exact: true }).fill(code);

  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
});

test("a page that is loaded again on the code screen continues there", async ({ page, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  const login = page.locator(card);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  await expect(login.getByLabel("Code", { exact: true })).toBeFocused();
  await page.reload();
  await hydrated(page);
  await expect(login).toContainText(`An SMS with the code has been sent to ${readable(phone)}.`);
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));

  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
});

test("a private page leads to the login, and the login back", async ({ page, phone, outbox }) => {
  await page.goto("/account?tab=1");
  await expect(page).toHaveURL("/login?return_to=%2Faccount%3Ftab%3D1");
  await hydrated(page);
  const login = page.locator(card);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));

  await expect(page).toHaveURL("/account?tab=1");
  await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
});

test("signing out", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await page.getByRole("button", { name: "Log out" }).click();

  await expect(lock.opener).toBeVisible();
  await page.goto("/account");
  await expect(page).toHaveURL(/\/login/);
});

test("back after a login shows no old dialog", async ({ page, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  const login = page.locator(card);
  await login.getByLabel("Phone number").fill(phone);
  await login.getByRole("button", { name: "Send code" }).click();
  await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));
  // Where the views follow the user, the button is there before the page that the login leads to.
  await page.waitForURL("/");
  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  await page.goBack();

  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
  await expect(page.locator(card).getByLabel("Code", { exact: true })).toBeHidden();
  await expect(page.getByText("You are logged in.")).toBeHidden();
});

test("two dialogs on a page are two", async ({ page, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(10);
  await page.locator(".lock-open").click();
  const modal = page.locator("dialog.lock");
  await modal.getByLabel("Phone number").fill(phone);
  await modal.getByRole("button", { name: "Send code" }).click();
  await expect(modal.getByLabel("Code", { exact: true })).toBeVisible();
  await expect(page.locator(card).getByLabel("Phone number")).toHaveValue("");
  await modal.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));

  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
});

test.describe("state of another version", () => {
  test.use({ expectedProblems: [/./] });

  test("the forms of the page work as without JavaScript", async ({ page, phone, outbox }) => {
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.text().includes("panicked") && problems.push(message.text()));
    await page.goto("/login?return_to=/account");
    await page.evaluate(() => {
      const state = (window as unknown as { __RESOLVED_RESOURCES: string[] }).__RESOLVED_RESOURCES;
      state.forEach((text, at) => (state[at] = text.replace(/^\d+/, "1")));
    });
    go();
    await page.waitForLoadState("networkidle");
    const login = page.locator(card);
    await login.getByLabel("Phone number").fill(phone);
    await login.getByRole("button", { name: "Send code" }).click();
    await login.getByLabel("Code", { exact: true }).fill(await outbox.code(phone));
    if (await login.isVisible()) await page.keyboard.press("Enter");

    await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
    expect(problems).toEqual([]);
  });
});

test("the style sheet comes from the login itself", async ({ page }) => {
  await page.goto("/login");
  const sheet = await page.locator("link[href*='/api/passwordless/lock-']").getAttribute("href");
  const response = await page.request.get(sheet!);
  expect(response.headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
  await expect(page.locator(card)).toHaveCSS("border-radius", "20px");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a private page, a wrong code, the right one, and out again", async ({ page, phone, outbox }) => {
    await page.goto("/account");
    const login = page.locator(card);
    await login.getByLabel("Phone number").fill(phone);
    await login.getByRole("button", { name: "Send code" }).click();
    const code = await outbox.code(phone);
    await login.getByLabel("Code", { exact: true }).fill(wrong(code));
    await login.getByRole("button", { name: "Log in" }).click();
    await expect(login.getByRole("alert")).toHaveText("Wrong code. Tries left: 2.");
    await login.getByLabel("Code", { exact: true }).fill(code);
    await login.getByRole("button", { name: "Log in" }).click();
    await expect(page).toHaveURL("/account");
    await expect(page.getByText(`You are ${phone}.`)).toBeVisible();
    await page.getByRole("button", { name: "Log out" }).click();

    await expect(page.locator(".lock-open")).toBeVisible();
  });
});
