import { expect, expectSignedIn, test } from "../support/fixtures";

test("the countdown is seen, and the button waits for it", async ({ page, lock, phone }) => {
  await page.clock.install();
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const resend = lock.button(/Send a new code/);
  await expect(resend).toHaveText(/Send a new code in (30|2\d) seconds/);
  await expect(resend).toBeDisabled();

  await page.clock.fastForward(20_000);
  await expect(resend).toHaveText(/Send a new code in (10|\d) seconds?/);
  await expect(resend).toBeDisabled();

  await page.clock.fastForward(20_000);
  await expect(resend).toHaveText("Send a new code");
  await expect(resend).toBeEnabled();

  // Only the browser's clock was put forward: the server has one of its own.
  await resend.click();
  await expect(lock.notice).toContainText(/Please try again in \d+ seconds/);
});

test("a code that was sent again makes the first one invalid", async ({ page, lock, phone, outbox }) => {
  test.setTimeout(60_000);
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const first = await outbox.code(phone);

  await expect(lock.button("Send a new code")).toBeEnabled({ timeout: 40_000 });
  await lock.button("Send a new code").click();
  await expect(lock.notice).toHaveText("A new code is on its way. The one before it no longer works.");
  await expect(lock.code).toBeFocused();
  const second = await outbox.code(phone, 2);
  test.skip(first === second, "the same digits were drawn twice");

  await lock.enterCode(first);
  await expect(lock.notice).toContainText("Wrong code.");
  await lock.enterCode(second);
  await expectSignedIn(page);
});
