import { expectAccessible } from "../support/accessible";
import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

for (const [locale, title] of [["ar-EG", "تسجيل الدخول"], ["fa", null], ["he", null]] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test("from right to left, except for numbers", async ({ page, phone, outbox }) => {
      await page.goto("/login");
      await hydrated(page);
      const lock = page.locator("section.lock");
      await expect(lock).toHaveCSS("direction", "rtl");
      if (title) await expect(lock.getByRole("heading")).toHaveText(title);
      await expect(lock.locator("[type=tel]")).toHaveCSS("direction", "ltr");
      await expectAccessible(page, "phone");

      await lock.locator("[type=tel]").fill(phone);
      await lock.locator("[type=tel]").press("Enter");
      const code = lock.locator("[name=code]");
      await expect(code).toHaveCSS("direction", "ltr");
      await expect(lock).toContainText(phone.replace(/^\+1(...)(...)(....)$/, "\u2066+1 $1 $2 $3\u2069"));
      await expectAccessible(page, "code");
      await code.fill(await outbox.code(phone));
      await expectSignedIn(page);
    });
  });
}

test.describe("German", () => {
  test.use({ locale: "de-AT" });

  test("names and sentences are German", async ({ page, phone }) => {
    await page.goto("/login");
    await hydrated(page);
    const lock = page.locator("section.lock");
    await expect(lock).toHaveAttribute("lang", "de");
    await lock.getByRole("combobox").fill("schw");
    await expect(lock.getByRole("option")).toHaveText(["Schweden (\u200e+46)", "Schweiz (\u200e+41)"]);
    await lock.getByRole("combobox").press("Escape");
    await lock.locator("[type=tel]").fill(phone);
    await lock.locator("[type=tel]").press("Enter");
    await expect(lock.locator("[name=code]")).toBeFocused();
    await expect(lock).toContainText("Eine SMS mit dem Code");
  });
});

test("every language fits into 320 pixels", async ({ page }) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("/gallery");
  const languages = await page.locator(".languages a").evaluateAll((all) => all.map((link) => link.getAttribute("lang")!));
  expect(languages.length).toBe(44);
  for (const language of languages) {
    await page.goto(`/gallery/options?${new URLSearchParams({ language, inline: "true" })}`);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow(), language).toBe(0);
  }
});
