import { expect, test } from "../support/fixtures";
import { wrong } from "../support/outbox";

const sizes = { desktop: { width: 1000, height: 720 }, phone: { width: 390, height: 780 } };

/** The pictures show numbers that stay the same. */
let next = 1;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(sizes)) {
    const phone = `+1415555267${next++}`;
    test.describe(() => {
      test.use({ colorScheme, viewport, deviceScaleFactor: 2, contextOptions: { reducedMotion: "reduce" } });

      test(`${size}, ${colorScheme}`, async ({ page, lock, outbox }) => {
        const take = (screen: string) => page.screenshot({ path: `screenshots/${screen}-${size}-${colorScheme}.png` });
        await lock.open();
        await take("phone");
        await lock.sendCodeAndWait(phone);
        await take("code");
        await lock.enterCode(wrong(await outbox.code(phone)));
        await expect(lock.notice).toContainText("Wrong code.");
        await take("wrong-code");
      });
    });
  }
}

test.describe(() => {
  test.use({ viewport: { width: 448, height: 520 }, deviceScaleFactor: 2 });

  test("the one for the README", async ({ page, lock }) => {
    await page.goto("/login");
    await lock.root.screenshot({ path: "screenshots/lock.png" });
  });
});
