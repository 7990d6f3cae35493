import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stop } from "esbuild-wasm";
import express from "express";
import { newPage, openBrowser } from "../support/browser.js";
import { bundle } from "../support/bundle.js";
import { Tenant, web, wrong } from "../support/tenant.js";
import { claimsOf, tokensFor } from "../support/tokens.js";

const PORT = 4356;
const APP_PORT = 4357;
const appUrl = `http://localhost:${APP_PORT}`;
const callbackURL = `${appUrl}/callback`;

let tenant, app, browser;

/** Auth0LockPasswordless in a page; its server turns the code into tokens. */
async function application() {
  const lock = await bundle("auth0-lock", "lock");
  const options = {
    allowedConnections: ["sms"],
    configurationBaseUrl: tenant.url,
    languageBaseUrl: tenant.url,
    overrides: { __token_issuer: tenant.issuer },
    auth: { redirectUrl: callbackURL, responseType: "code", params: { scope: "openid phone" } },
  };
  const app = express();
  app.get("/lock.js", (request, response) => response.type("js").send(lock));
  app.get("/", (request, response) => {
    const [id, domain, shown] = [web.id, tenant.url, options].map((value) => JSON.stringify(value));
    response.send(`<!doctype html><meta charset="utf-8"><body><script src="/lock.js"></script>
      <script>new lock.Auth0LockPasswordless(${id}, ${domain}, ${shown}).show();</script>`);
  });
  app.get("/callback", async (request, response) => {
    response.json(await tokensFor(tenant, request.query.code, callbackURL));
  });
  return app;
}

before(async () => {
  tenant = await Tenant.start(PORT, appUrl);
  app = (await application()).listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
  await stop();
});

test("a login with the dialog, after a wrong code", async () => {
  const phone = tenant.phone();
  const page = await newPage(browser);
  // The dialog's pictures are elsewhere.
  await page.route(({ hostname }) => hostname !== "localhost", (route) => route.abort());
  await page.goto(appUrl);
  await page.locator("input[name=phoneNumber]").fill(phone.replace("+1", ""));
  await page.locator("button[type=submit]").click();
  await page.locator("input[name=vcode]").waitFor();

  const code = await tenant.code(phone);
  await page.locator("input[name=vcode]").fill(wrong(code));
  const refused = page.waitForResponse((response) => response.url() === `${tenant.url}/co/authenticate`);
  await page.locator("button[type=submit]").click();
  const { error, error_description } = await (await refused).json();
  assert.deepEqual([error, error_description], ["access_denied", "Wrong phone number or verification code."]);
  // The dialog has no words for it.
  await page.getByText("something went wrong").waitFor();

  await page.locator("input[name=vcode]").fill(code);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(`${callbackURL}?**`);
  const { id_token } = JSON.parse(await page.locator("body").innerText());
  assert.equal(claimsOf(id_token).phone_number, phone);
  assert.equal(claimsOf(id_token).iss, tenant.issuer);
});
