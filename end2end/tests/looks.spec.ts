import AxeBuilder from "@axe-core/playwright";
import { Locator, Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { expect, test } from "../support/fixtures";
import { hydrated } from "../support/lock";

const COLORS = ["#ea5323", "#ffe600", "#fff", "#000", "#7f7f7f", "#0059d6", "#767676", "#e6007e"];

test("every screen, every sentence and every colour is accessible", async ({ page }) => {
  test.slow();
  await page.goto("/gallery");
  const axe = new AxeBuilder({ page }).disableRules(["landmark-unique", "heading-order"]);
  await expectAccessible(page, "gallery", axe);
  expect(await page.locator("figure").count()).toBeGreaterThan(50);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`text is read on any primary colour, and any is read as text: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const color of COLORS) {
      await page.goto(`/gallery/options?${new URLSearchParams({ inline: "true", primary_color: color })}`);
      const card = page.locator("section.lock");
      const [surface] = await colors(card, "background-color");
      const [background] = await colors(card.locator(".lock-submit:visible"), "background-color");
      const [text] = await colors(card.locator(".lock-submit:visible"), "color");
      expect(contrast(background, text), `${color} under its text`).toBeGreaterThanOrEqual(4.5);
      const [link] = await colors(card.locator(".lock-link"), "color");
      expect(contrast(surface, link), `${color} as a link`).toBeGreaterThanOrEqual(4.5);
    }
  });
}

test("colours of the person's own choice show borders, the focus and the chosen row", async ({ page, lock }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await lock.open();
  for (const part of [lock.button("Send code"), lock.phone, lock.close, lock.root]) {
    await expect(part).toHaveCSS("border-top-style", "solid");
  }
  await expect(lock.phone).toHaveCSS("outline-style", "solid");
  await lock.country.click();
  await expect(lock.root.locator(".lock-active")).toHaveCSS("outline-style", "solid");
  await expectAccessible(page, "the list of countries");
});

test("at 400 % zoom everything can be reached without scrolling sideways", async ({ page, lock, phone }) => {
  // 1280 by 1024 pixels, four times as large.
  await page.setViewportSize({ width: 320, height: 256 });
  await lock.open();
  await expectReachable(page, "Send code");
  await lock.sendCodeAndWait(phone);
  await expectReachable(page, "Log in");
});

async function expectReachable(page: Page, button: string) {
  const dialog = page.locator("dialog[open]");
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await dialog.getByRole("button", { name: button }).scrollIntoViewIfNeeded();
  await expect(dialog.getByRole("button", { name: button })).toBeInViewport({ ratio: 1 });
}

test("a page about to be printed or scripted finds no style of ours in attributes", async ({ page, lock }) => {
  await lock.open();
  expect(await page.locator("dialog [style]").count()).toBe(0);
  await hydrated(page);
});

/** As the screen shows them. */
async function colors(locator: Locator, property: string): Promise<number[][]> {
  return locator.evaluateAll((elements, property) => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    return elements.map((element) => {
      context.fillStyle = getComputedStyle(element).getPropertyValue(property);
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    });
  }, property);
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a: number[], b: number[]): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: number[]): number {
  const [r, g, b] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
