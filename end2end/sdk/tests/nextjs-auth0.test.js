import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { Auth0Client } from "@auth0/nextjs-auth0/server";
import { NextRequest } from "next/server.js";
import { newPage, openBrowser, signInAtSecondTry } from "../support/browser.js";
import { Tenant, web, wrong } from "../support/tenant.js";

const APP_PORT = 4359;
const appUrl = `http://localhost:${APP_PORT}`;

let tenant, app, browser, auth0;

/** The middleware of a Next.js app, with one page behind it: Next.js itself has no part in a login. */
async function respond(incoming, outgoing) {
  const { method, headers, url } = incoming;
  const body = method === "POST" ? await text(incoming) : undefined;
  const request = new NextRequest(new URL(url, appUrl), { method, headers, body });
  const response = await auth0.middleware(request);
  response.headers.forEach((value, name) => outgoing.appendHeader(name, value));
  outgoing.statusCode = response.status;
  if (!response.headers.has("x-middleware-next")) return outgoing.end(await response.text());
  const session = await auth0.getSession(request);
  outgoing.end(session ? JSON.stringify(session.user) : "signed out");
}

before(async () => {
  tenant = await Tenant.start(4358, appUrl);
  auth0 = new Auth0Client({
    domain: tenant.url,
    clientId: web.id,
    clientSecret: web.secret,
    appBaseUrl: appUrl,
    secret: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    authorizationParameters: { connection: "sms", scope: "openid profile phone" },
    allowInsecureRequests: true,
  });
  app = createServer((request, response) => {
    respond(request, response).catch((error) => response.writeHead(500).end(String(error)));
  }).listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

const shownBy = (page) => page.locator("body").innerText();

test("a login at the tenant after a wrong code, and a logout", async () => {
  const page = await newPage(browser);
  const phone = tenant.phone();
  await page.goto(`${appUrl}/auth/login`);
  await signInAtSecondTry(page, tenant, phone);
  await page.waitForURL(`${appUrl}/`);
  const user = JSON.parse(await shownBy(page));
  assert.match(user.sub, /^sms\|[0-9a-f]{24}$/);
  assert.equal(user.name, phone);

  await page.goto(`${appUrl}/auth/logout`);
  await page.waitForURL(`${appUrl}/`);
  assert.equal(await shownBy(page), "signed out");
  await page.goto(`${appUrl}/auth/login`);
  await page.getByLabel("Phone number").waitFor();
});

/** Calls a route of the SDK from the page. */
function post(page, path, body) {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      const text = await response.text();
      return { status: response.status, ...(text && JSON.parse(text)) };
    },
    [path, { connection: "sms", ...body }],
  );
}

test("a login in the app's own form, after a wrong code", async () => {
  const page = await newPage(browser);
  await page.goto(appUrl);
  const phoneNumber = tenant.phone();
  assert.deepEqual(await post(page, "/auth/passwordless/start", { phoneNumber }), { status: 204 });
  const code = await tenant.code(phoneNumber);
  const refused = await post(page, "/auth/passwordless/verify", { phoneNumber, verificationCode: wrong(code) });
  assert.equal(refused.status, 403);
  assert.equal(refused.error, "invalid_grant");
  assert.equal(refused.error_description, "Wrong phone number or verification code.");

  const attempt = { phoneNumber, verificationCode: code };
  assert.deepEqual(await post(page, "/auth/passwordless/verify", attempt), { status: 200, success: true });
  await page.reload();
  assert.equal(JSON.parse(await shownBy(page)).name, phoneNumber);
});

test("what is not a phone number", async () => {
  const page = await newPage(browser);
  await page.goto(appUrl);
  const { status, error } = await post(page, "/auth/passwordless/start", { phoneNumber: "0151 234" });
  assert.deepEqual([status, error], [400, "bad.phone_number"]);
});
