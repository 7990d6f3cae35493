import { Page } from "@playwright/test";
import { expect, isolated, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

for (const [typed, country] of [
  ["germ", "Germany (\u200e+49)"],
  ["deutschland", "Germany (\u200e+49)"],
  ["holland", "Netherlands (\u200e+31)"],
  ["uk", "United Kingdom (\u200e+44)"],
  ["usa", "United States (\u200e+1)"],
  ["cote d", "Côte d’Ivoire (\u200e+225)"],
  ["jp", "Japan (\u200e+81)"],
  ["+43", "Austria (\u200e+43)"],
  ["383", "Kosovo (\u200e+383)"],
]) {
  test(`"${typed}" finds ${country}`, async ({ lock }) => {
    await lock.open();
    await lock.country.click();
    await lock.country.pressSequentially(typed);
    await expect(lock.countries.first()).toHaveText(country);
    await lock.country.press("Enter");
    await expect(lock.country).toHaveValue(country);
    await expect(lock.country).toHaveAttribute("aria-expanded", "false");
  });
}

test("the list goes by keyboard, as a combobox does", async ({ lock }) => {
  await lock.open();
  await lock.country.focus();
  await lock.country.press("ArrowDown");
  await expect(lock.country).toHaveAttribute("aria-expanded", "true");
  await expect(lock.root.locator(".lock-active")).toHaveText("United States (\u200e+1)");
  const active = await lock.country.getAttribute("aria-activedescendant");
  await expect(lock.root.locator(`#${active}`)).toHaveText("United States (\u200e+1)");

  await lock.country.press("ArrowDown");
  await expect(lock.root.locator(".lock-active")).toHaveText("Uruguay (\u200e+598)");
  await expect(lock.root.locator(".lock-active")).toBeInViewport();
  await lock.country.press("ArrowUp");
  await lock.country.press("ArrowUp");
  await lock.country.press("Enter");
  await expect(lock.country).toHaveValue("United Kingdom (\u200e+44)");

  await lock.country.fill("uru");
  await lock.country.press("Tab");
  await expect(lock.country).toHaveValue("Uruguay (\u200e+598)");
  await expect(lock.phone).toBeFocused();
});

test("Esc closes the list and not the dialog, and what was chosen stays", async ({ lock }) => {
  await lock.open();
  await lock.country.fill("germany");
  await lock.country.press("Escape");
  await expect(lock.country).toHaveAttribute("aria-expanded", "false");
  await expect(lock.country).toHaveValue("United States (\u200e+1)");
  await lock.country.press("Escape");
  await expect(lock.root).toBeHidden();
});

test("a press chooses a country", async ({ lock }) => {
  await lock.open();
  await lock.country.click();
  await lock.country.fill("swit");
  await lock.countries.getByText("Switzerland (\u200e+41)").click();
  await expect(lock.country).toHaveValue("Switzerland (\u200e+41)");
  await expect(lock.countries).toHaveCount(0);
});

test("how many were found is said, and that none was", async ({ lock }) => {
  await lock.open();
  await lock.country.fill("united");
  await expect(lock.root.getByRole("status").filter({ hasText: "Countries found: " })).toBeVisible();
  await lock.country.fill("atlantis");
  await expect(lock.root.getByRole("status").filter({ hasText: "No country found." })).toBeVisible();
  await expect(lock.countries).toHaveCount(0);
});

test("an international number chooses its country, and is shown as it will be sent", async ({ lock }) => {
  await lock.open();
  const preview = lock.root.getByText("The code goes to ");
  for (const [typed, country, number] of [
    ["+44 7911 123456", "United Kingdom (\u200e+44)", "+44 7911 123456"],
    ["0049 1512 3456789", "Germany (\u200e+49)", "+49 1512 3456789"],
    ["+٤٤ ٧٩١١ ١٢٣٤٥٦", "United Kingdom (\u200e+44)", "+44 7911 123456"],
    ["07911.123.456", "United Kingdom (\u200e+44)", "+44 7911 123456"],
    ["+1 (415) 555-2671", "United States (\u200e+1)", "+1 415 555 2671"],
    ["＋8190 1234 5678", "Japan (\u200e+81)", "+81 90 1234 5678"],
  ]) {
    await lock.phone.fill(typed);
    await expect(lock.country).toHaveValue(country);
    await expect(preview).toHaveText(`The code goes to ${isolated(number)}.`);
  }
  await lock.phone.fill("12");
  await expect(preview).toHaveCount(0);
});

test("what was chosen and typed before the page came alive stays", async ({ page, lock }) => {
  const wake = await asleep(page);
  await page.goto("/login");
  await lock.countryList.selectOption("GB");
  await lock.phone.fill("07911 123456");
  await wake();
  await expect(lock.country).toHaveValue("United Kingdom (\u200e+44)");
  await expect(lock.phone).toHaveValue("07911 123456");
  await expect(lock.root).toContainText(`The code goes to ${isolated("+44 7911 123456")}.`);
});

test("the country is guessed from the browser's language", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: "de-AT" });
  const page = await context.newPage();
  await page.goto(`${baseURL}/login`);
  await hydrated(page);
  await expect(page.getByRole("combobox")).toHaveValue("Österreich (\u200e+43)");
  await context.close();
});

/** Holds the scripts back until they are let go. */
async function asleep(page: Page): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  return async () => {
    release();
    await hydrated(page);
  };
}
