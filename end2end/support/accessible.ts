import AxeBuilder from "@axe-core/playwright";
import { Page } from "@playwright/test";
import { expect } from "./fixtures";

/** No violation that axe knows of; `axe` may look at a part of the page only. */
export async function expectAccessible(page: Page, screen: string, axe = new AxeBuilder({ page })) {
  // A colour that is still fading in is not the one that is read. What is cancelled meanwhile is over as well; a spinner
  // never is.
  await page.evaluate(() => {
    const ends = (animation: Animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
  });
  const { violations } = await axe.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  expect.soft(found, screen).toEqual([]);
}
