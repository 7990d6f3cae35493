import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

// Cases of docs/field-cases.md that need a browser.

for (const [filled, chosen] of [["Germany", "Germany (\u200e+49)"], ["Deutschland", "Germany (\u200e+49)"], ["Land", "United States (\u200e+1)"]]) {
  test(`a country that is filled in by its name: ${filled}`, async ({ page, lock }) => {
    await lock.open();
    // As browsers and password managers fill a field: no key is pressed.
    await lock.country.evaluate((field: HTMLInputElement, name) => {
      field.focus();
      field.value = name;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.blur();
    }, filled);
    await expect(lock.country).toHaveValue(chosen);
    await expect(page).toHaveURL("/");
  });
}

for (const [what, withoutWasm] of [["no WebAssembly", true], ["a wasm that cannot be had", false]] as const) {
  test.describe(what, () => {
    test.use({ expectedProblems: [/.*/] });

    test("the plain forms log in", async ({ page, lock, phone, outbox }) => {
      if (withoutWasm) await page.addInitScript(() => Reflect.deleteProperty(window, "WebAssembly"));
      else await page.route("**/*.wasm", (route) => route.abort());
      await page.goto("/?from=here");
      await lock.opener.click();
      await expect(page).toHaveURL(/\/login\?/);
      await lock.phone.fill(phone);
      await lock.button("Send code").click();
      await lock.code.fill(await outbox.code(phone));
      await lock.button("Log in").click();
      await expectSignedIn(page, "/?from=here");
    });
  });
}

test("back after logging out shows nothing of the account", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login?return_to=/profile");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.code.fill(await outbox.code(phone));
  await expect(page.locator("dl.profile")).toContainText(phone);
  await page.getByRole("navigation").getByRole("button", { name: "Log out" }).click();
  await expect(lock.opener).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/\/login\?/);
  await expect(page.locator("body")).not.toContainText(phone);
});

test("back after logging in is not the way in again", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login?return_to=/profile");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  await lock.code.fill(await outbox.code(phone));
  await expect(page.locator("dl.profile")).toContainText(phone);
  await page.goBack();
  await expect(page.locator("main")).toContainText(`You are signed in as ${phone}`);
  await expect(page.getByRole("button", { name: "Log out" })).toBeVisible();
});
