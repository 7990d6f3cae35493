import { Browser, Page } from "@playwright/test";
import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated, Lock } from "../support/lock";
import { Outbox } from "../support/outbox";

const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";

/** Another browser of the same person. */
async function signedInElsewhere(browser: Browser, baseURL: string, phone: string, outbox: Outbox): Promise<Page> {
  const context = await browser.newContext({ baseURL, userAgent: PHONE, javaScriptEnabled: true });
  const page = await context.newPage();
  await page.goto("/login");
  await hydrated(page);
  const lock = new Lock(page);
  await lock.sendCodeAndWait(phone);
  await lock.enterCode(await outbox.code(phone, 2));
  await expectSignedIn(page);
  return page;
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("the profile lists the sessions, and ends one or all", async ({ browser, page, lock, phone, outbox, baseURL }) => {
      await page.goto("/login");
      if (javaScriptEnabled) await hydrated(page);
      await lock.sendCodeAndWait(phone);
      await lock.enterCode(await outbox.code(phone));
      await expectSignedIn(page);
      const other = await signedInElsewhere(browser, baseURL!, phone, outbox);

      await page.goto("/profile");
      const sessions = page.getByRole("region", { name: "Where you are logged in" });
      await expect(sessions.getByRole("listitem")).toHaveCount(2);
      await expect(sessions.getByRole("listitem").first()).toContainText("This session");
      const far = sessions.getByRole("listitem").filter({ hasText: "Safari · iPhone" });
      await expect(far.getByRole("button", { name: "Log out" })).toHaveAccessibleDescription("Safari · iPhone");
      await far.getByRole("button", { name: "Log out" }).click();
      await expect(sessions.getByRole("listitem")).toHaveCount(1);
      await expectSignedIn(page, "/profile");
      await other.goto("/profile");
      await expect(other).toHaveURL(/\/login\?/);

      await sessions.getByRole("button", { name: "Log out everywhere" }).click();
      await expect(lock.opener).toBeVisible();
      await expect(page).toHaveURL("/");
      await page.goto("/profile");
      await expect(page).toHaveURL(/\/login\?/);
      await other.context().close();
    });
  });
}
