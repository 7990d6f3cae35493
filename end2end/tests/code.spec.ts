import { Page } from "@playwright/test";
import { expect, expectSignedIn, isolated, test } from "../support/fixtures";
import { wrong } from "../support/outbox";

test("a code that is pasted with its sentence is understood", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  await paste(page, `Your code is ${code.slice(0, 3)}-${code.slice(3)}`);
  await expectSignedIn(page);
});

test("a whole code is sent by itself, once", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  const calls = verifications(page);
  await lock.code.pressSequentially(wrong(code));
  await lock.code.press("Enter");
  await expect(lock.notice).toHaveText("Wrong code. Tries left: 2.");
  expect(calls).toEqual([wrong(code)]);

  await lock.code.pressSequentially(code);
  await expectSignedIn(page);
  expect(calls).toEqual([wrong(code), code]);
});

test("a short code is never sent", async ({ page, lock, phone }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const calls = verifications(page);
  await lock.code.pressSequentially("12 34");
  await expect(lock.code).toHaveValue("1234");
  await lock.button("Log in").click();
  await expect(lock.notice).toHaveText(`The code is not complete. Number of digits: 6.`);
  await expect(lock.code).toHaveValue("1234");
  await expect(lock.code).toBeFocused();
  expect(calls).toEqual([]);
});

test("digits of other scripts are digits", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  await lock.code.fill([...code].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join(""));
  await expectSignedIn(page);
});

test("when the code expires is seen, and that it did", async ({ page, lock, phone }) => {
  await page.clock.install();
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await expect(lock.root.getByText("The code expires in ")).toHaveText(/in \u2066(3:00|2:5\d)\u2069\.$/);
  await page.clock.fastForward(100_000);
  await expect(lock.root.getByText("The code expires in ")).toHaveText(/in \u20661:(20|1\d)\u2069\.$/);
  await page.clock.fastForward(81_000);
  await expect(lock.notice).toHaveText("This code has expired. Please ask for a new code.");
  await expect(lock.button("Send a new code")).toBeEnabled();
});

test("a phone hands the code over, where the browser can", async ({ page, lock, phone, outbox }) => {
  // What WebOTP is to Chromium on Android.
  await page.addInitScript(() => {
    Object.assign(window, { OTPCredential: class {} });
    const arrived = new Promise((resolve) => Object.assign(window, { sms: (code: string) => resolve({ code }) }));
    Object.defineProperty(navigator, "credentials", {
      value: { get: (options: { otp: { transport: string[] } }) => options.otp.transport[0] === "sms" && arrived },
    });
  });
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  await page.evaluate((code) => (window as unknown as { sms: (code: string) => void }).sms(code), code);
  await expectSignedIn(page);
});

test("the number is shown, and can be changed", async ({ lock }) => {
  await lock.open();
  await lock.sendCodeAndWait("+14155559990");
  await expect(lock.root).toContainText(`An SMS with the code has been sent to ${isolated("+1 415 555 9990")}.`);
  await lock.root.getByRole("link", { name: "Change number" }).click();
  await expect(lock.phone).toHaveValue("+14155559990");
});

async function paste(page: Page, text: string) {
  await page.evaluate((text) => document.execCommand("insertText", false, text), text);
}

/** The codes that are sent to be checked. */
function verifications(page: Page): string[] {
  const codes: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/passwordless/verify")) {
      codes.push(new URLSearchParams(request.postData() ?? "").get("code") ?? "");
    }
  });
  return codes;
}
