import { devices, Page } from "@playwright/test";
import { expect, expectSignedIn, test } from "../support/fixtures";

const { viewport, hasTouch, isMobile, userAgent } = devices["Pixel 7"];

test.describe("on a phone", () => {
  // Without the animation, for a place that is measured.
  test.use({ viewport, hasTouch, isMobile, userAgent, contextOptions: { reducedMotion: "reduce" } });

  test("the dialog fills the width, and the login works by touch", async ({ page, lock, phone, outbox }) => {
    await lock.open();
    const { x, y, width } = (await lock.root.boundingBox())!;
    expect({ x, y, width }).toEqual({ x: 0, y: 0, width: viewport.width });

    await lock.phone.fill(phone);
    await lock.button("Send code").tap();
    await lock.code.fill(await outbox.code(phone));
    await expectSignedIn(page);
  });

  test("phones know what is asked for, and do not zoom", async ({ lock, phone }) => {
    await lock.open();
    await expect(lock.phone).toHaveAttribute("autocomplete", "tel");
    await expect(lock.phone).toHaveAttribute("type", "tel");
    await expect(lock.phone).toHaveCSS("font-size", /^(1[6-9]|[2-9]\d)/);
    await lock.sendCodeAndWait(phone);
    await expect(lock.code).toHaveAttribute("autocomplete", "one-time-code");
    await expect(lock.code).toHaveAttribute("inputmode", "numeric");
    await expect(lock.code).toHaveCSS("font-size", /^(1[6-9]|[2-9]\d)/);
  });
});

test("320 pixels are wide enough for every page", async ({ page, lock, phone }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ["/", "/login", "/login/custom"]) {
    await page.goto(path);
    expect(await overflow(page), path).toBe(0);
  }
  await lock.open();
  await lock.sendCodeAndWait(phone);
  expect(await lock.root.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
});

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
