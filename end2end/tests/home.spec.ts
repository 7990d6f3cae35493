import { expectAccessible } from "../support/accessible";
import { expect, test } from "../support/fixtures";

for (const [locale, colorScheme] of [["de-DE", "light"], ["ar", "dark"]] as const) {
  test.describe(`${locale}, ${colorScheme}`, () => {
    test.use({ locale, colorScheme });

    test("the home page is accessible, wide and narrow", async ({ page }) => {
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 640 });
        await page.goto("/");
        await expectAccessible(page, `${width} pixels`);
      }
    });
  });
}

test("a card leads to its way in, wherever it is pressed", async ({ page }) => {
  const ways = { "/login/custom": "Your own UI", "/sample": "A script tag" };
  for (const [path, title] of Object.entries(ways)) {
    await page.goto("/");
    const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
    await card.click({ position: { x: 20, y: 20 } });
    await expect(page).toHaveURL(path);
  }
});

test("the outbox and the gallery are linked", async ({ page, tenantUrl }) => {
  await page.goto("/");
  await expect(page.getByRole("link", { name: "outbox" })).toHaveAttribute("href", `${tenantUrl}/outbox`);
  await page.getByRole("link", { name: "gallery" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Gallery");
});

test("the home page fits into 320 pixels in every language", async ({ page, context, baseURL }) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("/gallery");
  const languages = await page.locator(".languages a").evaluateAll((all) => all.map((link) => link.getAttribute("lang")!));
  for (const value of languages) {
    await context.addCookies([{ name: "language", value, url: baseURL! }]);
    await page.goto("/");
    await expect(page.locator("html"), value).toHaveAttribute("lang", new RegExp(`^${value}$`, "i"));
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), value).toBe(0);
  }
});
