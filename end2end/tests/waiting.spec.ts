import { expect, readable, test } from "../support/fixtures";

test("while an answer is awaited, the dialog says so and sends nothing twice", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/passwordless/start", async (route) => {
    await held;
    await route.continue();
  });
  await lock.sendCode(phone);

  const button = lock.button("Sending…");
  await expect(button).toBeDisabled();
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(lock.phone).not.toBeEditable();
  await lock.phone.press("Enter");

  answer();
  await expect(lock.root).toContainText(readable(phone));
  await outbox.code(phone, 1);
});

test("without a connection, the dialog says so and goes on later", async ({ page, lock, phone, expectedProblems }) => {
  // The browser logs a request that failed by itself.
  expectedProblems.push(/ERR_INTERNET_DISCONNECTED/);
  await lock.open();
  await page.route("**/api/passwordless/start", (route) => route.abort("internetdisconnected"), { times: 1 });
  await lock.sendCode(phone);
  await expect(lock.notice).toHaveText("There is no connection. Please check your network and try again.");

  await lock.button("Send code").click();
  await expect(lock.root).toContainText(readable(phone));
});
