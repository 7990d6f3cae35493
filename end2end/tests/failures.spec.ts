import { Page } from "@playwright/test";
import { expect, isolated, readable, test } from "../support/fixtures";

// What the server can answer, each in words of its own.

const AT_PHONE = {
  PhoneNumberMissing: "Please enter your phone number.",
  PhoneNumberInvalid: "This can't be a phone number. Please check the country and the digits.",
  SpecialNumber: "We don't send codes to numbers of this kind. Please use a mobile number.",
  Landline: "This is a landline, which can't receive the SMS. Please use a mobile number.",
  CountryNotAllowed: "We can't send codes to this country. Please use a number from another one.",
  SmsNotSent: "The SMS could not be sent to this number. Please check the number, or try again later.",
  RateLimited: `That was too many requests. Please try again in ${isolated("1:15")}.`,
  SmsPaused: "We can't send a code to this number just now. Please try again later, use another number, or contact support.",
  SignUpDisabled: "New accounts can't be created here. Please use the number of an existing account.",
  UserBlocked: "This account is blocked. Please contact support.",
  TenantUnavailable: "The login service can't be reached. Please try again in a moment.",
  TermsNotAccepted: "Please accept the terms to go on.",
};

const AT_CODE = {
  CodeMalformed: "A code is made of digits only. Please enter it as it stands in the SMS.",
  CodeExpired: "This code has expired. Please ask for a new code.",
  CodeReplaced: "This code was replaced by a newer one. Please enter the code from the newest SMS.",
  TooManyAttempts: "The tries for this code are used up. Please ask for a new code.",
  UserBlocked: "This account is blocked. Please contact support.",
};

test("each refusal of a number has its sentence, tied to the field", async ({ page, lock }) => {
  await lock.open();
  for (const [reason, sentence] of Object.entries(AT_PHONE)) {
    await answer(page, "start", { Refused: { reason, number: reason === "RateLimited" ? 75 : undefined } });
    await lock.sendCode("4155552671");
    await expect(lock.notice).toHaveText(sentence);
    await expect(lock.phone).toHaveAccessibleDescription(new RegExp(escaped(sentence)));
    await expect(lock.phone).toHaveAttribute("aria-invalid", "true");
    await expect(lock.phone).toHaveValue("4155552671");
    await expect(lock.phone).toBeFocused();
  }
});

test("so has each refusal of a code", async ({ page, lock, phone }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  for (const [reason, sentence] of Object.entries(AT_CODE)) {
    await answer(page, "verify", { Refused: { reason } });
    await lock.code.fill("");
    await lock.code.fill("123456");
    await expect(lock.notice).toHaveText(sentence);
    await expect(lock.code).toHaveAccessibleDescription(new RegExp(escaped(sentence)));
    await expect(lock.code).toBeFocused();
  }
});

test("a login that is over leads back to the number", async ({ page, lock, phone }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await answer(page, "verify", { Refused: { reason: "NoPendingLogin" } });
  await lock.code.fill("123456");
  await expect(lock.notice).toContainText("Please enter your phone number again.");
  await expect(lock.phone).toHaveValue(phone);
});

test("what nobody can mend is said, and can be tried again", async ({ page, lock }) => {
  await lock.open();
  await answer(page, "start", { Refused: { reason: "Misconfigured" } });
  await lock.sendCode("4155552671");
  await expect(lock.notice).toContainText("You can't log in here at the moment.");
  await expect(lock.phone).toBeHidden();
  const retry = lock.root.getByRole("link", { name: "Try again" });
  await expect(retry).toBeFocused();
  await retry.click();
  await expect(lock.phone).toHaveValue("4155552671");
});

test("a server that breaks or answers nonsense", async ({ page, lock, expectedProblems }) => {
  // The browser logs an answer of 500 by itself.
  expectedProblems.push(/status of 500/);
  await lock.open();
  const answers = [
    { status: 500, body: "{}" },
    { status: 200, contentType: "text/html", body: "<p>Hello" },
    { status: 200, contentType: "application/json", body: '{"Unheard":{}}' },
  ];
  for (const answer of answers) {
    await page.route("**/api/passwordless/start", (route) => route.fulfill(answer), { times: 1 });
    await lock.sendCode("4155552671");
    await expect(lock.notice).toHaveText("Something went wrong on our side. Please try again.");
    await expect(lock.button("Send code")).toBeEnabled();
  }
});

test("a server without its database", async ({ page, lock, phone, expectedProblems }) => {
  expectedProblems.push(/status of 503/);
  await lock.open();
  await page.route("**/api/passwordless/start", (route) => route.fulfill({ status: 503, body: "{}" }), { times: 1 });
  await lock.sendCode(phone);
  await expect(lock.notice).toHaveText("The login service can't be reached. Please try again in a moment.");
  await lock.button("Send code").click();
  await expect(lock.root).toContainText(readable(phone));
});

test("a server that does not answer is not waited for without end", async ({ page, lock, phone }) => {
  await page.clock.install();
  await lock.open();
  await page.route("**/api/passwordless/start", () => {}, { times: 1 });
  await lock.sendCode(phone);
  await expect(lock.button("Sending…")).toBeDisabled();
  await page.clock.fastForward(21_000);
  await expect(lock.notice).toHaveText("This is taking too long. Please check your network and try again.");

  await lock.button("Send code").click();
  await expect(lock.root).toContainText(readable(phone));
});

async function answer(page: Page, path: string, json: unknown) {
  await page.route(`**/api/passwordless/${path}`, (route) => route.fulfill({ json }), { times: 1 });
}

function escaped(text: string): string {
  return text.replace(/[.?()+]/g, "\\$&");
}
