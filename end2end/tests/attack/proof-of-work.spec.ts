import { expect, expectSignedIn, test } from "../../support/fixtures";
import { hydrated } from "../../support/lock";

// Where each code needs a proof of work.

test("the modal signs in on the page that calculates, and leads back, without another action", async ({ page, lock, phone, outbox }) => {
  await lock.open("/?from=home");
  await lock.sendCode(phone);
  await expect(page).toHaveURL(/\/login\?/);
  await expect(lock.code).toBeVisible();
  await expect(lock.code).toBeFocused();
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page, "/?from=home");
});

test("what happens is said while it does, and nothing else is loaded", async ({ page, lock, phone }) => {
  const loaded: string[] = [];
  await page.goto("/login");
  await hydrated(page);
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  // So that the page of the proof stays. A request that is held would not do: before hydration it is a navigation.
  await page.addInitScript(() => (HTMLFormElement.prototype.requestSubmit = () => {}));
  await lock.sendCode(phone);
  await expect(page).toHaveURL(/proof/);
  await expect(lock.notice).toHaveText(/^One moment: we are checking this request\. If nothing happens, please try again in/);
  // Nothing is wrong with the number.
  await expect(lock.phone).not.toHaveAttribute("aria-invalid", "true");
  await expect(lock.notice).not.toHaveAttribute("data-refused", "true");
  await expect(lock.phone).toHaveValue(phone);
  expect(loaded.filter((path) => !/^\/(api|login|logo|pkg|favicon)/.test(path))).toEqual([]);
});

test("another code needs another proof, which the page of the code gives", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.button(/Send a new code/).click({ timeout: 40_000 });
  const code = await outbox.code(phone, 2);
  // The page of the proof has just sent its form, which loads this page.
  await hydrated(page);
  await lock.enterCode(code);
  await expectSignedIn(page);
});

test("the login page of the tenant does the same", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login/hosted");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says how long to wait, and keeps the number", async ({ page, lock, phone }) => {
    await page.goto("/login");
    await lock.sendCode(phone);
    await expect(lock.notice).toContainText("please try again in \u20661:00\u2069");
    await expect(lock.phone).toHaveValue(phone);
  });
});
