import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stop } from "esbuild-wasm";
import express from "express";
import { newPage, openBrowser } from "../support/browser.js";
import { bundle } from "../support/bundle.js";
import { Tenant, web, wrong } from "../support/tenant.js";
import { startTlsProxy } from "../support/tls-proxy.js";
import { claimsOf, tokensFor } from "../support/tokens.js";

// The newest auth0.js with requestSMSCode and verifySMSCode, the calls of Auth0's tutorial. It speaks TLS only.

const PORT = 4353;
const TLS_PORT = 4354;
const APP_PORT = 4355;
const appUrl = `http://localhost:${APP_PORT}`;
const callbackURL = `${appUrl}/callback`;

let tenant, proxy, app, browser;

async function application() {
  const sdk = await bundle("auth0-js-7", "Auth0");
  const app = express();
  app.get("/auth0.js", (request, response) => response.type("js").send(sdk));
  app.get("/", (request, response) => response.send('<!doctype html><script src="/auth0.js"></script>'));
  app.get("/callback", async (request, response) => {
    response.json(await tokensFor(tenant, request.query.code, callbackURL));
  });
  return app;
}

before(async () => {
  tenant = await Tenant.start(PORT, appUrl, `https://localhost:${TLS_PORT}`);
  proxy = await startTlsProxy(TLS_PORT, PORT);
  app = (await application()).listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  app?.close();
  proxy?.close();
  proxy?.closeAllConnections();
  await tenant?.stop();
  await stop();
});

async function open() {
  const page = await newPage(browser, { ignoreHTTPSErrors: true });
  await page.goto(appUrl);
  return page;
}

/** Calls the SDK, and gives the error that it gives to the callback. */
function call(page, method, options) {
  return page.evaluate(
    ([method, options, auth0Options]) =>
      new Promise((resolve) => new Auth0(auth0Options)[method](options, (error) => resolve(error))),
    [method, options, { domain: tenant.host, clientID: web.id, callbackURL }],
  );
}

test("requestSMSCode, and verifySMSCode after a wrong code", async () => {
  const page = await open();
  const phoneNumber = tenant.phone();
  assert.equal(await call(page, "requestSMSCode", { phoneNumber }), null);
  const code = await tenant.code(phoneNumber);
  const { error, error_description } = await call(page, "verifySMSCode", { phoneNumber, code: wrong(code) });
  assert.equal(error, "invalid_user_password");
  assert.equal(error_description, "Wrong phone number or verification code.");

  void call(page, "verifySMSCode", { phoneNumber, code }).catch(() => {});
  await page.waitForURL(`${callbackURL}?**`);
  const { id_token } = JSON.parse(await page.locator("body").innerText());
  assert.match(claimsOf(id_token).sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(claimsOf(id_token).iss, tenant.issuer);
});

test("requestSMSCode tells what is not a phone number", async () => {
  const { error, error_description } = await call(await open(), "requestSMSCode", { phoneNumber: "0151 234" });
  assert.equal(error, "bad.phone_number");
  assert.equal(error_description, String.raw`String does not match pattern: ^\+[0-9]{1,15}$`);
});
