import { Page } from "@playwright/test";
import { expect, expectSignedIn, isolated, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

const REPLACED = "This code was replaced by a newer one. Please enter the code from the newest SMS.";

test("a wrong code says how many tries are left, the right one still works", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);

  await lock.enterCode(wrong(code));
  await expect(lock.notice).toHaveText("Wrong code. Tries left: 2.");
  await expect(lock.code).toHaveValue("");
  await expect(lock.code).toHaveAttribute("aria-invalid", "true");
  await lock.enterCode(wrong(code));
  await expect(lock.notice).toHaveText("Wrong code. Tries left: 1.");

  await lock.enterCode(code);
  await expectSignedIn(page);
});

test("after three wrong tries the right code is too late", async ({ lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  for (const left of ["Tries left: 2.", "Tries left: 1.", "that was the last try"]) {
    await lock.enterCode(wrong(code));
    await expect(lock.notice).toContainText(left);
  }

  await lock.enterCode(code);
  await expect(lock.notice).toContainText("ask for a new code");
});

test("a number that cannot be one gets a sentence", async ({ lock }) => {
  await lock.open();
  await lock.sendCode("12345");

  await expect(lock.notice).toHaveText("This can't be a phone number. Please check the country and the digits.");
  await expect(lock.phone).toHaveValue("12345");
  await expect(lock.phone).toBeFocused();
});

test("numbers are understood as people write them", async ({ page, lock }) => {
  await lock.open();
  for (const [typed, country] of [["(415) 555-2671", "US"], ["+1 415.555.2671", "DE"], ["0011 1 415 555 2671", "AU"]]) {
    await lock.sendCode(typed, country);
    await expect(lock.root.getByText(`has been sent to ${isolated("+1 415 555 2671")}.`)).toBeVisible();
    await lock.root.getByRole("link", { name: "Change number" }).click();
    await expect(lock.phone).toHaveValue(typed);
  }
  await expect(page).toHaveURL("/");
});

test("empty fields send nothing", async ({ page, lock, phone }) => {
  const calls = requests(page);
  await lock.open();
  await lock.button("Send code").click();
  await expect(lock.notice).toHaveText("Please enter your phone number.");
  expect(calls).toEqual([]);

  await lock.sendCodeAndWait(phone);
  await lock.button("Log in").click();
  await expect(lock.notice).toHaveText("Please enter the code from the SMS.");
  expect(calls).toEqual(["/api/passwordless/start"]);
});

test("a new code for the number makes the one before it invalid", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const first = await outbox.code(phone);
  await lock.root.getByRole("link", { name: "Change number" }).click();
  await lock.button("Send code").click();
  const second = await outbox.code(phone, 2);
  test.skip(first === second, "the same digits were drawn twice");

  await lock.enterCode(first);
  await expect(lock.notice).toHaveText(REPLACED);
  await lock.enterCode(second);
  await expectSignedIn(page);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("refusals are said on the page, and what was typed is kept", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login");
    await lock.sendCode("12345", "DE");
    await expect(lock.notice).toContainText("This can't be a phone number.");
    await expect(lock.phone).toHaveValue("12345");
    await expect(lock.countryList).toHaveValue("DE");

    await lock.sendCode(phone);
    const code = await outbox.code(phone);
    await lock.enterCode(wrong(code));
    await expect(lock.notice).toHaveText("Wrong code. Tries left: 2.");

    await lock.button("Send a new code").click();
    await expect(lock.notice).toContainText(/Please try again in \u2066\d:\d\d\u2069\./);

    await lock.root.getByRole("link", { name: "Change number" }).click();
    await expect(lock.phone).toHaveValue(phone);
    await lock.button("Send code").click();
    await lock.enterCode(await outbox.code(phone, 2));
    await expectSignedIn(page);
  });
});

test("a login that was begun goes on after a reload", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await page.reload();
  await hydrated(page);

  await expect(lock.root).toContainText(readable(phone));
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);
});

function requests(page: Page): string[] {
  const paths: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/")) paths.push(pathname);
  });
  return paths;
}
