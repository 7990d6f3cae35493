import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stop } from "esbuild-wasm";
import express from "express";
import { newPage, openBrowser } from "../support/browser.js";
import { bundle } from "../support/bundle.js";
import { Tenant, web, wrong } from "../support/tenant.js";
import { startTlsProxy } from "../support/tls-proxy.js";
import { claimsOf, tokensFor } from "../support/tokens.js";

// Lock Passwordless 2, which this project's dialog is a successor of, with the newest auth0-js that it works with: the one
// that it names has a dependency that npm no longer finds. Both speak TLS only.

const PORT = 4344;
const TLS_PORT = 4345;
const APP_PORT = 4346;
const appUrl = `http://localhost:${APP_PORT}`;
const callbackURL = `${appUrl}/callback`;

let tenant, proxy, app, browser;

/** The dialog in a page; its server turns the code into tokens. */
async function application() {
  const lock = await bundle("auth0-lock-passwordless/lib/browser.js");
  const app = express();
  app.get("/lock.js", (request, response) => response.type("js").send(lock));
  app.get("/", (request, response) => {
    const [id, domain, options] = [web.id, tenant.host, { callbackURL, responseType: "code" }].map(JSON.stringify);
    response.send(`<!doctype html><meta charset="utf-8"><body><script src="/lock.js"></script>
      <script>new Auth0LockPasswordless(${id}, ${domain}).sms(${options});</script>`);
  });
  app.get("/callback", async (request, response) => {
    const tokens = await tokensFor(tenant, request.query.code, callbackURL);
    response.json({ query: Object.keys(request.query), ...tokens });
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

/** The dialog after its first screen. */
async function sendCode(phone) {
  const page = await newPage(browser, { ignoreHTTPSErrors: true });
  // The dialog's pictures are elsewhere.
  await page.route(({ hostname }) => hostname !== "localhost", (route) => route.abort());
  await page.goto(appUrl);
  await page.locator("input[name=phoneNumber]").fill(phone.replace("+1", ""));
  await page.locator("button[type=submit]").click();
  await page.locator("input[name=vcode]").waitFor();
  return page;
}

async function enterCode(page, code) {
  await page.locator("input[name=vcode]").fill(code);
  await page.locator("button[type=submit]").click();
}

test("a login", async () => {
  const phone = tenant.phone();
  const page = await sendCode(phone);
  await enterCode(page, await tenant.code(phone));
  await page.waitForURL(`${callbackURL}?**`);
  const { query, id_token } = JSON.parse(await page.locator("body").innerText());
  assert.deepEqual(query, ["code", "iss"], "the dialog sends no state");
  const claims = claimsOf(id_token);
  assert.match(claims.sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(claims.iss, tenant.issuer);
});

test("a wrong code is told in the dialog's own words, and the right one still signs in", async () => {
  const phone = tenant.phone();
  const page = await sendCode(phone);
  const code = await tenant.code(phone);
  await enterCode(page, wrong(code));
  await page.getByText("Wrong phone number or verification code").waitFor();
  await enterCode(page, code);
  await page.waitForURL(`${callbackURL}?**`);
});
