import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createRequire } from "node:module";
import express from "express";
import { newPage, openBrowser } from "../support/browser.js";
import { Tenant, web, wrong } from "../support/tenant.js";
import { claimsOf } from "../support/tokens.js";

const APP_PORT = 4333;
const appUrl = `http://localhost:${APP_PORT}`;
const redirectUri = `${appUrl}/callback`;

/** The versions that are tested, by the names under which they are installed. */
const versions = ["auth0-js", "auth0-js-9"];

let tenant, app, browser, sdk;

/** A page with the SDK, and a server behind it that turns the code into tokens. */
function application() {
  const app = express();
  const page = '<!doctype html><script src="/auth0.js"></script>';
  app.get("/", (request, response) => response.send(page));
  app.get("/auth0.js", (request, response) => {
    response.sendFile(createRequire(import.meta.url).resolve(`${sdk}/dist/auth0.min.js`));
  });
  app.get("/callback", async (request, response) => {
    // Without a query the answer is in the fragment, for the page.
    if (Object.keys(request.query).length === 0) return response.send(page);
    if (!request.query.code) return response.json(request.query);
    const answer = await fetch(`${tenant.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: web.id,
        client_secret: web.secret,
        code: request.query.code,
        redirect_uri: redirectUri,
      }),
    });
    response.json({ state: request.query.state, status: answer.status, ...(await answer.json()) });
  });
  return app;
}

before(async () => {
  tenant = await Tenant.start(4332, appUrl);
  app = application().listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

/** The application's page, with a `webAuth` of the SDK in it. */
async function open(options) {
  const page = await newPage(browser);
  await page.goto(appUrl);
  await makeWebAuth(page, options);
  return page;
}

function makeWebAuth(page, options = {}) {
  return page.evaluate(
    (options) => {
      window.webAuth = new auth0.WebAuth(options);
    },
    {
      domain: tenant.url,
      overrides: { __token_issuer: tenant.issuer },
      clientID: web.id,
      redirectUri,
      responseType: "code",
      scope: "openid phone",
      ...options,
    },
  );
}

/** Calls the SDK and gives what it gives to the callback. */
function call(page, method, options) {
  return page.evaluate(
    ([method, options]) =>
      new Promise((resolve) => webAuth[method](options, (error, result) => resolve({ error, result }))),
    [method, options],
  );
}

/** Calls the SDK, which takes the browser away; an error goes to the callback, for the test to see. */
function leave(page, method, options) {
  return page.evaluate(
    ([method, options]) => {
      webAuth[method](options, (error) => location.assign(`/callback?${new URLSearchParams(error)}`));
    },
    [method, options],
  );
}

/** Calls the SDK, which takes the browser to the callback, and reads what is there. */
async function callToCallback(page, method, options) {
  await leave(page, method, options);
  await page.waitForURL(`${redirectUri}?**`);
  return JSON.parse(await page.locator("body").innerText());
}

async function start(page, phoneNumber, options = {}) {
  const request = { connection: "sms", send: "code", phoneNumber, ...options };
  const { error, result } = await call(page, "passwordlessStart", request);
  assert.equal(error, null);
  return result;
}

function attempt(phoneNumber, verificationCode) {
  return { connection: "sms", phoneNumber, verificationCode };
}

for (const version of versions) {
  describe(version, () => {
    before(() => {
      sdk = version;
    });

    test("passwordlessStart sends a code", async () => {
      const page = await open();
      const phone = tenant.phone();
      const { Id, ...rest } = await start(page, phone, { xRequestLanguage: "de" });
      assert.match(Id, /^[0-9a-f]{24}$/);
      assert.deepEqual(rest, { phoneNumber: phone, phoneVerified: false, requestLanguage: "de" });
      assert.match(await tenant.code(phone), /^\d{6}$/);
    });

    test("passwordlessStart refuses what is not a phone number", async () => {
      const page = await open();
      const { error } = await call(page, "passwordlessStart", { connection: "sms", send: "code", phoneNumber: "0151 234" });
      assert.equal(error.statusCode, 400);
      assert.equal(error.code, "bad.phone_number");
      assert.equal(error.description, String.raw`String does not match pattern: ^\+[0-9]{1,15}$`);
    });

    test("passwordlessVerify signs in by verify and verify_redirect", async () => {
      const page = await open();
      const phone = tenant.phone();
      await start(page, phone);
      const options = { ...attempt(phone, await tenant.code(phone)), state: "a state", nonce: "a nonce" };
      const tokens = await callToCallback(page, "passwordlessVerify", options);
      assert.equal(tokens.state, "a state");
      const { sub, nonce, phone_number } = claimsOf(tokens.id_token);
      assert.match(sub, /^sms\|[0-9a-f]{24}$/);
      assert.equal(nonce, "a nonce");
      assert.equal(phone_number, phone);
    });

    test("passwordlessVerify tells a wrong code, and three of them are all", async () => {
      const page = await open();
      const phone = tenant.phone();
      await start(page, phone);
      const code = await tenant.code(phone);
      for (let failure = 1; failure <= 3; failure += 1) {
        const { error } = await call(page, "passwordlessVerify", attempt(phone, wrong(code)));
        assert.equal(error.statusCode, 401);
        assert.equal(error.code, "invalid_user_password");
        assert.equal(error.description, "Wrong phone number or verification code.");
      }
      const { error } = await call(page, "passwordlessVerify", attempt(phone, code));
      assert.match(error.description, /^You've reached the maximum number of attempts\./);
    });

    test("a code that was used signs in no second time", async () => {
      const page = await open();
      const phone = tenant.phone();
      await start(page, phone);
      const options = attempt(phone, await tenant.code(phone));
      await callToCallback(page, "passwordlessVerify", options);
      const { error } = await call(await open(), "passwordlessVerify", options);
      assert.equal(error.code, "invalid_user_password");
    });

    test("passwordlessLogin signs in by co/authenticate and a login ticket", async () => {
      const page = await open();
      const phone = tenant.phone();
      await start(page, phone);
      const options = { ...attempt(phone, await tenant.code(phone)), state: "a state", nonce: "a nonce" };
      const tokens = await callToCallback(page, "passwordlessLogin", options);
      assert.equal(tokens.state, "a state");
      const { nonce, phone_number } = claimsOf(tokens.id_token);
      assert.equal(nonce, "a nonce");
      assert.equal(phone_number, phone);
    });

    test("passwordlessLogin tells a wrong code, and the right one still signs in", async () => {
      const page = await open();
      const phone = tenant.phone();
      await start(page, phone);
      const code = await tenant.code(phone);
      const { error } = await call(page, "passwordlessLogin", attempt(phone, wrong(code)));
      assert.equal(error.code, "access_denied");
      assert.equal(error.description, "Wrong phone number or verification code.");
      const tokens = await callToCallback(page, "passwordlessLogin", attempt(phone, code));
      assert.equal(claimsOf(tokens.id_token).phone_number, phone);
    });

    test("passwordlessLogin tells an unknown realm", async () => {
      const page = await open();
      const { error } = await call(page, "passwordlessLogin", {
        ...attempt(tenant.phone(), "123456"),
        connection: "fax",
      });
      assert.equal(error.code, "invalid_request");
      assert.equal(error.description, "Unknown realm fax.");
    });

    for (const method of ["passwordlessVerify", "passwordlessLogin"]) {
      test(`${method} brings tokens in the fragment, and checkSession knows the person from then on`, async () => {
        const options = { responseType: "token id_token" };
        const page = await open(options);
        assert.equal((await call(page, "checkSession", {})).error.code, "login_required");

        const phone = tenant.phone();
        await start(page, phone);
        await leave(page, method, attempt(phone, await tenant.code(phone)));
        await page.waitForURL(`${redirectUri}#**`);
        await makeWebAuth(page, options);
        for (const way of ["parseHash", "checkSession"]) {
          const { error, result } = await call(page, way, {});
          assert.equal(error, null, way);
          assert.equal(result.idTokenPayload.phone_number, phone, way);
          assert.ok(result.accessToken, way);
        }
      });
    }
  });
}
