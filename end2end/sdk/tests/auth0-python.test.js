import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Python } from "../support/python.js";
import { Tenant, web, wrong } from "../support/tenant.js";

const WRONG = {
  status: 403,
  code: "invalid_grant",
  message: "Wrong phone number or verification code.",
};

let tenant, sdk;

before(async () => {
  tenant = await Tenant.start(4334, "http://localhost:4335");
  const program = fileURLToPath(new URL("auth0_python.py", import.meta.url));
  sdk = new Python(program, tenant.host, web.id, web.secret, tenant.database);
});

after(async () => {
  await sdk?.stop();
  await tenant?.stop();
});

/** A number, and the code that was just sent to it. */
async function started() {
  const phone = tenant.phone();
  const { result } = await sdk.call("sms", phone);
  assert.equal(result.phone_number, phone);
  return { phone, code: await tenant.code(phone) };
}

function login(phone, code, scope = "openid", audience = "") {
  return sdk.call("passwordless_login", phone, code, scope, audience);
}

test("Passwordless.sms, passwordless_login and TokenVerifier", async () => {
  const { phone, code } = await started();
  const { result: tokens } = await login(phone, code, "openid profile phone");
  assert.equal(tokens.token_type, "Bearer");
  assert.equal(tokens.expires_in, 86400);
  const { result: claims } = await sdk.call("verify", tokens.id_token, tenant.issuer, web.id);
  assert.match(claims.sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(claims.name, phone);
  assert.equal(claims.phone_number, phone);
  assert.equal(claims.nonce, undefined);
});

test("an empty scope and an empty audience count as none", async () => {
  const { phone, code } = await started();
  const { result: tokens } = await login(phone, code, "", "");
  assert.ok(tokens.access_token);
  assert.equal(tokens.id_token, undefined);
});

test("the second login of a number is the same person", async () => {
  const phone = tenant.phone();
  const subjects = [];
  for (const count of [1, 2]) {
    await sdk.call("sms", phone);
    const { result: tokens } = await login(phone, await tenant.code(phone, count));
    const { result: claims } = await sdk.call("verify", tokens.id_token, tenant.issuer, web.id);
    subjects.push(claims.sub);
  }
  assert.equal(subjects[0], subjects[1]);
});

test("a token for another audience, or of another issuer, is not verified", async () => {
  const { phone, code } = await started();
  const { result: tokens } = await login(phone, code);
  assert.match((await sdk.call("verify", tokens.id_token, tenant.issuer, "another")).invalid, /Audience/);
  assert.match((await sdk.call("verify", tokens.id_token, tenant.url, web.id)).invalid, /Issuer/);
});

test("a wrong code, three times, and no right one after that", async () => {
  const { phone, code } = await started();
  for (let failure = 1; failure <= 3; failure += 1) {
    assert.deepEqual(await login(phone, wrong(code)), WRONG);
  }
  assert.deepEqual(await login(phone, code), {
    ...WRONG,
    message: "You've reached the maximum number of attempts. Please try to login again.",
  });
});

test("an expired code", async () => {
  const { phone, code } = await started();
  await sdk.call("expire", phone);
  assert.deepEqual(await login(phone, code), {
    ...WRONG,
    message: "The verification code has expired. Please try to login again.",
  });
});

test("a code that was used, one that a newer one replaced, and one of another number", async () => {
  const { phone, code } = await started();
  assert.ok((await login(phone, code)).result);
  assert.deepEqual(await login(phone, code), WRONG);

  await sdk.call("sms", phone);
  const second = await tenant.code(phone, 2);
  await sdk.call("sms", phone);
  const third = await tenant.code(phone, 3);
  if (second !== third) assert.deepEqual(await login(phone, second), WRONG);
  assert.deepEqual(await login(tenant.phone(), third), WRONG);
  assert.ok((await login(phone, third)).result);
});

test("what is not a phone number", async () => {
  assert.deepEqual(await sdk.call("sms", "0151 234"), {
    status: 400,
    code: "bad.phone_number",
    message: String.raw`String does not match pattern: ^\+[0-9]{1,15}$`,
  });
});

test("a wrong secret", async () => {
  const { phone, code } = await started();
  const { status, code: error } = await sdk.call("login_with_wrong_secret", phone, code);
  assert.deepEqual([status, error], [401, "invalid_client"]);
  assert.ok((await login(phone, code)).result, "the code is still good");
});
