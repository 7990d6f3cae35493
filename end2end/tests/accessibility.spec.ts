import { Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("each screen of the dialog", async ({ page, lock, phone, outbox }) => {
      await lock.open();
      await expectAccessible(page, "phone");
      await lock.sendCode("12345");
      await expect(lock.notice).not.toBeEmpty();
      await expectAccessible(page, "phone, refused");
      await lock.sendCodeAndWait(phone);
      await expectAccessible(page, "code");
      await lock.enterCode(wrong(await outbox.code(phone)));
      await expect(lock.notice).toContainText("Wrong code.");
      await expectAccessible(page, "code, refused");
    });

    test("each page", async ({ page, lock, phone, outbox }) => {
      for (const path of ["/", "/login", "/login/custom"]) {
        await page.goto(path);
        await hydrated(page);
        await expectAccessible(page, path);
      }
      await page.getByLabel("Enter your phone number").fill(phone);
      await page.getByRole("button", { name: "Send SMS" }).click();
      await expect(page.getByLabel("Enter the verification code")).toBeVisible();
      await expectAccessible(page, "/login/custom, code");

      await page.goto("/login");
      await expect(lock.code).toBeVisible();
      await expectAccessible(page, "/login, code");
      await page.goto("/profile");
      await hydrated(page);
      await lock.enterCode(await outbox.code(phone));
      await expect(page.locator("dl.profile").or(page.getByText("signed in"))).toBeVisible();
      await page.goto("/profile");
      await expectSignedIn(page, "/profile");
      await expectAccessible(page, "/profile");
    });

    test("each of the tenant's pages", async ({ page, lock, phone, outbox, tenantUrl }) => {
      await page.goto("/login/hosted");
      await hydrated(page);
      await expectAccessible(page, "phone");
      await lock.sendCodeAndWait(phone);
      await expectAccessible(page, "code");
      await lock.enterCode(wrong(await outbox.code(phone)));
      await expect(lock.notice).toHaveText("Wrong code. Tries left: 2.");
      await expectAccessible(page, "code, refused");

      await page.goto(`${tenantUrl}/outbox`);
      await expectAccessible(page, "outbox");
    });
  });
}

test("no animation for those who want none", async ({ page, lock }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await lock.open();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test("what is pressed or typed into is 44 pixels high", async ({ page, lock, phone }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await lock.open();
  await expectLarge(page);
  await lock.sendCodeAndWait(phone);
  await expectLarge(page);
});

async function expectLarge(page: Page) {
  const small = await page.locator("dialog").locator("a, button, select, input:not([type=hidden])").evaluateAll((all) =>
    all.filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44).map((element) => element.outerHTML),
  );
  expect(small).toEqual([]);
}
