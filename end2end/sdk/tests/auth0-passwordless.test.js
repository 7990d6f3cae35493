import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { stop } from "esbuild-wasm";
import express from "express";
import { newPage, openBrowser } from "../support/browser.js";
import { folder, packedScripts } from "../support/scripts.js";
import { page as client, Tenant, wrong } from "../support/tenant.js";
import { claimsOf, tokensFor } from "../support/tokens.js";

// The tenant's own script, in pages on other origins, with a content security policy.

const PORT = 4350;
const APP_PORT = 4351;
const FOREIGN_PORT = 4352;
const appUrl = `http://localhost:${APP_PORT}`;
const byAddress = `http://127.0.0.1:${APP_PORT}`;
const foreign = `http://localhost:${FOREIGN_PORT}`;

/** Bytes of the script as browsers load it. */
const LARGEST = 2_000;

let tenant, browser, servers;

/** The second half of Auth0's tutorial: its two forms and its calls, without jQuery. */
const TUTORIAL = `
  <div class="enter-phone">
    <input type="text" class="phone-number">
    <button class="send-sms">Submit</button>
  </div>
  <div class="enter-code" hidden>
    <input type="text" class="sms-code">
    <button class="login">Login</button>
  </div>`;

const tutorialScript = (options) => `
  const $ = (selector) => document.querySelector(selector);
  var auth0 = new Auth0(${options});
  $(".send-sms").onclick = () => {
    var phoneNumber = $("input.phone-number").value;
    auth0.requestSMSCode({ phoneNumber: phoneNumber }, function (err) {
      if (err) {
        alert("error sending SMS: " + err.error_description);
        return;
      }
      $(".enter-phone").hidden = true;
      $(".enter-code").hidden = false;
    });
  };
  $(".login").onclick = () => {
    var phoneNumber = $("input.phone-number").value;
    var code = $("input.sms-code").value;
    auth0.verifySMSCode({ phoneNumber: phoneNumber, code: code }, function (err) {
      if (err) alert("code verification failed. " + err.statusCode + " " + err.error);
    });
  };`;

function application() {
  const app = express();
  const policy = `default-src 'none'; script-src 'nonce-n' ${tenant.url}; connect-src *`;
  app.get("/", (request, response) => {
    const origin = `http://${request.headers.host}`;
    const options = JSON.stringify({ domain: tenant.host, clientID: client.id, callbackURL: `${origin}/callback` });
    response.set("content-security-policy", policy.replace("*", tenant.url));
    response.send(`<!doctype html><meta charset="utf-8"><title>Tutorial</title>${TUTORIAL}
      <script src="${tenant.url}/auth0-passwordless.js"></script>
      <script nonce="n">${tutorialScript(options)}</script>`);
  });
  // Only the script, however a page may load it.
  app.get("/script", (request, response) => {
    const script = (how) => `<script ${how} src="${tenant.url}/auth0-passwordless-0.1.0.min.js"></script>`;
    response.set("content-security-policy", policy);
    response.send(`<!doctype html><title>Script</title>${[].concat(request.query.how ?? "").map(script).join("")}`);
  });
  app.get("/favicon.ico", (request, response) => response.status(204).end());
  app.post(/^\/passwordless/, (request, response) => response.status(404).send("<p>What is this?"));
  app.options(/^\/passwordless/, (request, response) => response.send());
  app.use("/callback", async (request, response) => {
    const { code, ...query } = request.query;
    const tokens = await tokensFor(tenant, code, `http://${request.headers.host}/callback`, client);
    response.json({ ...query, ...tokens });
  });
  return app;
}

before(async () => {
  tenant = await Tenant.start(PORT, appUrl);
  const answersAnyone = express().use((request, response, next) => {
    response.set({ "access-control-allow-origin": "*", "access-control-allow-headers": "content-type" });
    next();
  });
  servers = [
    application().listen(APP_PORT, "127.0.0.1"),
    answersAnyone.use(application()).listen(FOREIGN_PORT, "127.0.0.1"),
  ];
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  servers?.forEach((server) => server.close());
  await tenant?.stop();
  await stop();
});

/** A page; what it complains about is in `complaints`. */
async function open(url) {
  const page = await newPage(browser);
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", async (dialog) => {
    complaints.push(dialog.message());
    await dialog.accept();
  });
  await page.goto(url);
  return { page, complaints };
}

/** Calls the script, and gives what the callback gets. */
function call(page, method, options, auth0Options = {}) {
  const defaults = { domain: tenant.host, clientID: client.id, callbackURL: `${appUrl}/callback` };
  return page.evaluate(
    ([method, options, auth0Options]) =>
      new Promise((resolve) => new Auth0(auth0Options)[method](options, (...results) => resolve(results))),
    [method, options, { ...defaults, ...auth0Options }],
  );
}

async function atCallback(page, origin = appUrl) {
  await page.waitForURL(`${origin}/callback?**`);
  const { id_token, ...rest } = JSON.parse(await page.locator("body").innerText());
  return { claims: claimsOf(id_token), ...rest };
}

for (const origin of [appUrl, byAddress]) {
  test(`the tutorial signs in at ${origin}, after a wrong code too`, async () => {
    const { page, complaints } = await open(origin);
    const phone = tenant.phone();
    await page.locator(".phone-number").fill(phone);
    await page.locator(".send-sms").click();
    await page.locator(".sms-code").waitFor();
    assert.deepEqual(complaints, []);

    const code = await tenant.code(phone);
    await page.locator(".sms-code").fill(wrong(code));
    await page.locator(".login").click();
    // The browser's own line in the console is the other one.
    while (complaints.length < 2) await page.waitForTimeout(10);
    assert.equal(complaints.at(-1), "code verification failed. 401 invalid_user_password");

    await page.locator(".sms-code").fill(code);
    await page.locator(".login").click();
    const { claims, iss } = await atCallback(page, origin);
    assert.match(claims.sub, /^sms\|[0-9a-f]{24}$/);
    assert.equal(iss, tenant.issuer);
    assert.deepEqual(complaints.slice(2), []);
  });
}

test("the tutorial shows the tenant's sentence for what is not a number", async () => {
  const { page, complaints } = await open(appUrl);
  await page.locator(".phone-number").fill("0151 234");
  await page.locator(".send-sms").click();
  while (complaints.length < 2) await page.waitForTimeout(10);
  assert.equal(complaints.at(-1), String.raw`error sending SMS: String does not match pattern: ^\+[0-9]{1,15}$`);
  assert.ok(await page.locator(".enter-phone").isVisible());
});

const withParameters = {
  "options of the call": [{ state: "a state", scope: "openid phone", nonce: undefined }, {}],
  "authParams of the call": [{ authParams: { state: "a state", scope: "openid phone" } }, {}],
  "authParams of the page": [{}, { authParams: { state: "a state", scope: "openid phone" } }],
};
for (const [where, [options, auth0Options]] of Object.entries(withParameters)) {
  test(`state and scope arrive from ${where}`, async () => {
    const { page } = await open(appUrl);
    const phoneNumber = tenant.phone();
    assert.deepEqual(await call(page, "requestSMSCode", { phoneNumber }), [null]);
    const code = await tenant.code(phoneNumber);
    void call(page, "verifySMSCode", { phoneNumber, code, ...options }, auth0Options).catch(() => {});
    const { claims, state } = await atCallback(page);
    assert.equal(state, "a state");
    assert.equal(claims.phone_number, phoneNumber);
  });
}

test("three wrong codes are all", async () => {
  const { page } = await open(appUrl);
  const phoneNumber = tenant.phone();
  await call(page, "requestSMSCode", { phoneNumber });
  const code = await tenant.code(phoneNumber);
  for (let failure = 1; failure <= 3; failure += 1) {
    const [error] = await call(page, "verifySMSCode", { phoneNumber, code: wrong(code) });
    assert.equal(error.statusCode, 401);
    assert.equal(error.error, "invalid_user_password");
    assert.equal(error.error_description, "Wrong phone number or verification code.");
  }
  const [error] = await call(page, "verifySMSCode", { phoneNumber, code });
  assert.match(error.error_description, /^You've reached the maximum number of attempts\./);
});

test("without a callbackURL the tenant's refusal of /oauth/ro is told", async () => {
  const { page } = await open(appUrl);
  const phoneNumber = tenant.phone();
  const auth0Options = { callbackURL: undefined };
  assert.deepEqual(await call(page, "requestSMSCode", { phoneNumber }, auth0Options), [null]);
  const code = await tenant.code(phoneNumber);
  const [error] = await call(page, "verifySMSCode", { phoneNumber, code }, auth0Options);
  assert.deepEqual(error, {
    error: "invalid_request",
    error_description: "OIDC conformant clients cannot use /oauth/ro",
    statusCode: 400,
  });
});

const refusals = {
  "an unknown client": [appUrl, { clientID: "who" }, 401, "invalid_client", /^Unauthorized$/],
  "a callback that is not on the list": [
    appUrl,
    { callbackURL: `${appUrl}/elsewhere` },
    400,
    "bad.authParams",
    /^Callback URL mismatch: .*\/elsewhere is not among the callbacks of the client$/,
  ],
  "a foreign origin": [`${foreign}/script`, {}, 0, "network_error", /check .* whether this origin is among the client's/],
  "a domain where nobody is": [
    `${appUrl}/script`,
    { domain: "localhost:4399" },
    0,
    "network_error",
    /^http:\/\/localhost:4399 did not answer/,
  ],
  "a domain that is reached by TLS": [
    `${appUrl}/script`,
    { domain: "tenant.invalid" },
    0,
    "network_error",
    /^https:\/\/tenant\.invalid did not answer/,
  ],
  "a domain of something else": [
    `${appUrl}/script`,
    { domain: `${foreign}/` },
    404,
    "invalid_response",
    /^http:\/\/localhost:4352 answered, but not as a tenant: check the domain\.$/,
  ],
};
for (const [what, [url, auth0Options, statusCode, error, description]] of Object.entries(refusals)) {
  test(`${what} is told, and no SMS is sent`, async () => {
    const { page } = await open(url);
    const phoneNumber = tenant.phone();
    const [refusal] = await call(page, "requestSMSCode", { phoneNumber }, auth0Options);
    assert.equal(refusal.statusCode, statusCode);
    assert.equal(refusal.error, error);
    assert.match(refusal.error_description, description);
    assert.equal(await tenant.sent(phoneNumber), 0);
  });
}

test("a connection that is lost is told", async () => {
  const { page } = await open(appUrl);
  await page.context().setOffline(true);
  for (const [method, options] of Object.entries({ requestSMSCode: {}, verifySMSCode: { code: "123456" } })) {
    const [error] = await call(page, method, { phoneNumber: tenant.phone(), ...options });
    assert.equal(error.statusCode, 0);
    assert.match(error.error_description, /did not answer/);
  }
});

const ways = { once: [""], twice: ["", ""], deferred: ["defer"], async: ["async"], "with and without": ["defer", "async", ""] };
for (const [name, how] of Object.entries(ways)) {
  test(`the script works when it is loaded ${name}`, async () => {
    const query = new URLSearchParams(how.map((how) => ["how", how]));
    const { page, complaints } = await open(`${appUrl}/script?${query}`);
    const phoneNumber = tenant.phone();
    assert.deepEqual(await call(page, "requestSMSCode", { phoneNumber }), [null]);
    assert.match(await tenant.code(phoneNumber), /^\d{6}$/);
    assert.deepEqual(complaints, []);
  });
}

test("what is served is made of the sources: `npm run pack-scripts` makes it anew", async () => {
  for (const { name, text, brotli } of await packedScripts()) {
    const served = await Promise.all(["", ".br", ".gz"].map((end) => readFile(`${folder}packed/${name}${end}`)));
    const [plain, unbrotlied, gunzipped] = [served[0], brotliDecompressSync(served[1]), gunzipSync(served[2])];
    for (const found of [plain, unbrotlied, gunzipped]) assert.equal(found.toString(), text, name);
    // Compressors of other versions may differ by some bytes.
    assert.ok(Math.abs(served[1].length - brotli.length) < 20, name);
    if (name.startsWith("auth0-passwordless")) assert.ok(served[1].length <= LARGEST, `${served[1].length} bytes`);
  }
});
