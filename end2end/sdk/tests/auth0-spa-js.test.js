import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, beforeEach, test } from "node:test";
import express from "express";
import { newPage, openBrowser, signIn } from "../support/browser.js";
import { spa, Tenant } from "../support/tenant.js";
import { claimsOf } from "../support/tokens.js";

const APP_PORT = 4339;
const appUrl = `http://localhost:${APP_PORT}/`;

let tenant, app, browser;
let useRefreshTokens;

/** One page, as the SDK's README has it; it keeps tokens where a reload leaves them. */
const page = (options) => `<!doctype html>
  <script src="/auth0.js"></script>
  <script>
    window.client = auth0.createAuth0Client(${JSON.stringify(options)}).then(async (client) => {
      if (new URLSearchParams(location.search).has("state")) {
        await client.handleRedirectCallback();
        history.replaceState({}, document.title, "/");
      }
      return client;
    });
  </script>`;

function application() {
  const options = {
    domain: tenant.url,
    clientId: spa.id,
    cacheLocation: "localstorage",
    authorizationParams: { connection: "sms", redirect_uri: appUrl, scope: "openid profile phone" },
  };
  const app = express();
  app.get("/", (request, response) => response.send(page({ ...options, useRefreshTokens })));
  app.get("/auth0.js", (request, response) => {
    response.sendFile(createRequire(import.meta.url).resolve("@auth0/auth0-spa-js/dist/auth0-spa-js.production.js"));
  });
  return app;
}

before(async () => {
  tenant = await Tenant.start(4338, new URL(appUrl).origin);
  app = application().listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

beforeEach(() => {
  useRefreshTokens = false;
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

async function open() {
  const page = await newPage(browser);
  await page.goto(appUrl);
  return page;
}

/** Calls the SDK in the page. */
function call(page, method, options) {
  return page.evaluate(
    async ([method, options]) => {
      const client = await window.client;
      return client[method](options);
    },
    [method, options],
  );
}

/** Calls the SDK, which leaves the page, and waits for the next one. */
async function leave(page, method, options) {
  const left = page.waitForEvent("framenavigated");
  await page.evaluate(
    ([method, options]) => {
      window.client.then((client) => client[method](options));
    },
    [method, options],
  );
  await left;
  await page.waitForLoadState();
}

async function signedIn(phone) {
  const page = await open();
  await leave(page, "loginWithRedirect");
  await signIn(page, tenant, phone);
  await page.waitForURL(appUrl);
  return page;
}

test("loginWithRedirect with connection=sms signs in, by PKCE", async () => {
  const phone = tenant.phone();
  const page = await signedIn(phone);
  const user = await call(page, "getUser");
  assert.match(user.sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(user.name, phone);
  assert.equal(user.phone_number, phone);
});

async function getTokens() {
  const page = await signedIn(tenant.phone());
  const { sub } = await call(page, "getUser");
  for (let time = 1; time <= 3; time += 1) {
    const reply = await call(page, "getTokenSilently", { cacheMode: "off", detailedResponse: true });
    assert.ok(reply.access_token);
    assert.equal(claimsOf(reply.id_token).sub, sub);
  }
}

test("getTokenSilently asks in an iframe, again and again", getTokens);

test("getTokenSilently uses refresh tokens, again and again", async () => {
  useRefreshTokens = true;
  await getTokens();
});

test("the tenant knows who signed in before, until the logout", async () => {
  const phone = tenant.phone();
  const page = await signedIn(phone);

  // The SDK asks on its own at the start.
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  assert.equal((await call(page, "getUser")).phone_number, phone);

  await leave(page, "loginWithRedirect");
  assert.equal((await call(page, "getUser")).phone_number, phone);

  const loggedOut = page.waitForResponse((response) => response.url().startsWith(`${tenant.url}/v2/logout`));
  await leave(page, "logout", { logoutParams: { returnTo: appUrl } });
  assert.equal((await loggedOut).status(), 302);
  assert.equal(page.url(), appUrl);
  assert.equal(await call(page, "isAuthenticated"), false);
  await leave(page, "loginWithRedirect");
  await page.getByLabel("Phone number").waitFor();
});
