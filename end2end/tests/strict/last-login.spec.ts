import { Page } from "@playwright/test";
import { expectAccessible } from "../../support/accessible";
import { expect, expectSignedIn, test } from "../../support/fixtures";
import { Lock, hydrated } from "../../support/lock";
import { Outbox } from "../../support/outbox";

/** Signs in and out, so that the browser has a last login. */
async function comeAndGo(page: Page, lock: Lock, phone: string, outbox: Outbox) {
  await page.goto("/login");
  await lock.root.getByRole("checkbox").and(page.locator(":visible")).check();
  await lock.sendCode(phone);
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(lock.opener).toBeVisible();
}

const masked = (phone: string) => `\u2066${phone.slice(0, 3)}${"•".repeat(7)}${phone.slice(-2)}\u2069`;

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "alive" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("the number of the last login is offered, masked, and logs in again", async ({ page, lock, phone, outbox }) => {
      await comeAndGo(page, lock, phone, outbox);
      await page.goto("/login");
      if (javaScriptEnabled) await hydrated(page);
      await expect(lock.root).toContainText(`Last time you logged in with ${masked(phone)}.`);
      expect(await page.content()).not.toContain(phone.slice(2));

      await lock.root.getByRole("checkbox").and(page.locator(":visible")).check();
      await lock.button("Send a code to this number").click();
      await expect(lock.code).toBeVisible();
      await lock.enterCode(await outbox.code(phone, 2));
      await expectSignedIn(page);
    });

    test("who is someone else enters another number", async ({ page, lock, phone, outbox }) => {
      await comeAndGo(page, lock, phone, outbox);
      await page.goto("/login");
      if (javaScriptEnabled) await hydrated(page);
      await lock.root.getByRole("link", { name: "Not your account?" }).click();
      await expect(lock.phone).toBeVisible();
      await expect(lock.phone).toHaveValue("");
    });
  });
}

test("the offer is accessible", async ({ page, lock, phone, outbox }) => {
  await comeAndGo(page, lock, phone, outbox);
  await lock.opener.click();
  await expect(lock.root).toContainText("Last time you logged in with");
  await expect(lock.button("Send a code to this number")).toBeFocused();
  await expectAccessible(page, "last login");
});
