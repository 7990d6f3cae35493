import { expect, test } from "../support/fixtures";

test("the countdown is seen, and the button waits for it", async ({ page, lock, phone }) => {
  await page.clock.install();
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const resend = lock.button(/Send a new code/);
  await expect(resend).toHaveText(/Send a new code in \u20660:(30|2\d)\u2069/);
  await expect(resend).toBeDisabled();

  await page.clock.fastForward(20_000);
  await expect(resend).toHaveText(/Send a new code in \u20660:(10|0\d)\u2069/);
  await expect(resend).toBeDisabled();

  await page.clock.fastForward(20_000);
  await expect(resend).toHaveText("Send a new code");
  await expect(resend).toBeEnabled();

  // Only the browser's clock was put forward: the server has one of its own.
  await resend.click();
  await expect(lock.notice).toContainText(/Please try again in \u2066\d:\d\d\u2069\./);
});
