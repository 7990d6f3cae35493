import { expect, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

const THEMES = {
  light: { shelf: ".scheme-light", language: "en" },
  dark: { shelf: ".scheme-dark", language: "en" },
  rtl: { shelf: ".scheme-light", language: "ar" },
};

/** Every screen as the server draws it, for comparison: `screens/light/wrong-code.png`. */
for (const [theme, { shelf, language }] of Object.entries(THEMES)) {
  test(`the screens, ${theme}`, async ({ page }) => {
    await page.goto(`/gallery?language=${language}`);
    for (const figure of await page.locator(shelf).first().locator("figure").all()) {
      const screen = (await figure.getAttribute("data-screen"))!.replaceAll(" ", "-");
      await figure.locator(".lock").screenshot({ path: `screenshots/screens/${theme}/${screen}.png` });
    }
  });
}

// The pictures of the README

test.describe(() => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`desktop, ${colorScheme}`, async ({ page, lock, phone, outbox }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 720, height: 600 });
      await lock.open();
      if (colorScheme === "light") {
        await lock.country.click();
        await lock.country.pressSequentially("swit");
      } else {
        await lock.sendCodeAndWait(phone);
        await lock.enterCode(wrong(await outbox.code(phone)));
        await expect(lock.notice).toContainText("Wrong code.");
      }
      await page.screenshot({ path: `screenshots/${colorScheme}.png` });
    });
  }

  test("phone", async ({ page, lock, phone }) => {
    await page.setViewportSize({ width: 390, height: 600 });
    await lock.open();
    await lock.sendCodeAndWait(phone);
    await page.screenshot({ path: "screenshots/phone.png" });
  });

  test("from right to left", async ({ page }) => {
    await page.setViewportSize({ width: 448, height: 600 });
    await page.goto("/gallery/options?language=ar&inline=true&phone_number=050+123+4567&country=AE");
    await hydrated(page);
    await page.locator("section.lock").screenshot({ path: "screenshots/rtl.png" });
  });
});
