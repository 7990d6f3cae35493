import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import express from "express";
import eoc from "express-openid-connect";
import { newPage, openBrowser, signIn, signInAtSecondTry } from "../support/browser.js";
import { Tenant, web } from "../support/tenant.js";

const APP_PORT = 4331;
const appUrl = `http://localhost:${APP_PORT}`;

let tenant, app, browser, auth;

/** An application as the SDK's README has it; how it asks is changed by `askFor`. */
function application() {
  const app = express();
  app.use((...args) => auth(...args));
  app.get("/", (request, response) => response.send(request.oidc.isAuthenticated() ? "signed in" : "signed out"));
  app.get("/profile", eoc.requiresAuth(), async (request, response) => {
    const userinfo = request.oidc.accessToken && (await request.oidc.fetchUserInfo());
    response.json({ idToken: request.oidc.user, userinfo });
  });
  app.get("/dialog/:version", (request, response) => {
    // The SDK keeps state and nonce in a cookie; a page with the parameters of its request takes the redirect's place.
    response.redirect = (url) => response.send(pageWithDialog(dialogs[request.params.version], new URL(url).searchParams));
    return response.oidc.login({ returnTo: "/profile" });
  });
  return app;
}

/** How a page opens the dialog of the tenant's script: the options of the constructor, and the call. */
const dialogs = {
  "Lock Passwordless 2": (callbackURL, authParams) => [{}, `sms(${JSON.stringify({ callbackURL, authParams })})`],
  "Lock 11": (redirectUrl, params) => [{ auth: { redirectUrl, params } }, "show()"],
};

function pageWithDialog(open, parameters) {
  const { client_id: clientID, redirect_uri: callback, ...params } = Object.fromEntries(parameters);
  const [options, call] = open(callback, params);
  const args = [clientID, tenant.host, options].map((argument) => JSON.stringify(argument)).join(", ");
  return `<!doctype html><meta charset="utf-8"><title>Shop</title><body>
    <script src="${tenant.url}/lock-passwordless.js"></script>
    <script>new Auth0LockPasswordless(${args}).${call};</script>`;
}

function askFor(authorizationParams, logout = { auth0Logout: true }) {
  auth = eoc.auth({
    issuerBaseURL: tenant.url,
    baseURL: appUrl,
    clientID: web.id,
    clientSecret: web.secret,
    secret: "a long secret of the application's own session",
    authRequired: false,
    ...logout,
    authorizationParams: { scope: "openid profile phone", ...authorizationParams },
  });
}

before(async () => {
  tenant = await Tenant.start(4330, appUrl);
  app = application().listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

beforeEach(() => askFor({ response_type: "code" }));

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

const text = (page) => page.locator("body").innerText();

async function profileOf(phone) {
  const page = await newPage(browser);
  await page.goto(`${appUrl}/profile`);
  await signIn(page, tenant, phone);
  await page.waitForURL(`${appUrl}/profile`);
  return JSON.parse(await text(page));
}

test("a login comes back with the person's claims", async () => {
  const phone = tenant.phone();
  const { idToken, userinfo } = await profileOf(phone);
  assert.match(idToken.sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(idToken.name, phone);
  assert.equal(idToken.phone_number, phone);
  assert.equal(userinfo.sub, idToken.sub);
  assert.equal(userinfo.phone_number_verified, true);
});

test("a login by form_post, with the code alone and with an ID token beside it", async () => {
  for (const response_type of ["code", "code id_token"]) {
    askFor({ response_type, response_mode: "form_post" });
    const phone = tenant.phone();
    const { idToken, userinfo } = await profileOf(phone);
    assert.equal(idToken.phone_number, phone, response_type);
    assert.equal(userinfo.sub, idToken.sub, response_type);
  }
});

test("a login as the SDK asks for it unless it is told otherwise: an ID token by form_post", async () => {
  askFor({});
  const phone = tenant.phone();
  const { idToken, userinfo } = await profileOf(phone);
  assert.equal(idToken.phone_number, phone);
  assert.equal(userinfo, undefined, "there is no access token to ask with");
});

test("a wrong code is told, and the right one still signs in", async () => {
  const page = await newPage(browser);
  const phone = tenant.phone();
  await page.goto(`${appUrl}/login`);
  await signInAtSecondTry(page, tenant, phone);
  await page.waitForURL(`${appUrl}/`);
  assert.equal(await text(page), "signed in");
});

for (const version of Object.keys(dialogs)) {
  test(`a login in the dialog of the tenant's script, opened as ${version}, comes back to the SDK`, async () => {
    const page = await newPage(browser);
    const phone = tenant.phone();
    const callback = page.waitForRequest((request) => request.url().startsWith(`${appUrl}/callback?`));
    await page.goto(`${appUrl}/dialog/${version}`);
    await signInAtSecondTry(page.frameLocator("iframe.auth0-lock"), tenant, phone);
    assert.ok(new URL((await callback).url()).searchParams.has("code"));
    await page.waitForURL(`${appUrl}/profile`);
    const { idToken, userinfo } = JSON.parse(await text(page));
    assert.equal(idToken.phone_number, phone);
    assert.equal(userinfo.sub, idToken.sub);
  });
}

const logouts = { "/v2/logout": { auth0Logout: true }, "/oidc/logout": { idpLogout: true } };

for (const [path, logout] of Object.entries(logouts)) {
  test(`a logout by ${path} ends the session at the application and at the tenant`, async () => {
    askFor({ response_type: "code" }, logout);
    const page = await newPage(browser);
    await page.goto(`${appUrl}/login`);
    await signIn(page, tenant, tenant.phone());
    await page.waitForURL(`${appUrl}/`);

    await page.context().clearCookies({ name: "appSession" });
    await page.goto(`${appUrl}/login`);
    assert.equal(await text(page), "signed in", "the tenant still knows the person");

    await page.goto(`${appUrl}/logout`);
    await page.waitForURL(`${appUrl}/`);
    assert.equal(await text(page), "signed out");
    await page.goto(`${appUrl}/login`);
    await page.getByLabel("Phone number").waitFor();
  });
}
