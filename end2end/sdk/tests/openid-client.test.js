import assert from "node:assert/strict";
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import * as client from "openid-client";
import { newPage, openBrowser, signIn } from "../support/browser.js";
import { native, Tenant, web, withKey, wrong } from "../support/tenant.js";

const OTP_GRANT = "http://auth0.com/oauth/grant-type/passwordless/otp";
const APP_PORT = 4337;
const appUrl = `http://localhost:${APP_PORT}`;
const redirectUri = `${appUrl}/callback`;

let tenant, app, browser;

before(async () => {
  tenant = await Tenant.start(4336, appUrl);
  app = createServer((request, response) => response.end("back")).listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

function discover(clientId, authentication) {
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(tenant.url), clientId, undefined, authentication, { execute });
}

const asWeb = () => discover(web.id, client.ClientSecretPost(web.secret));
const asNative = () => discover(native.id, client.None());

/** Has a code sent; openid-client has no call for it. */
async function started(parameters) {
  const phone = tenant.phone();
  const response = await fetch(`${tenant.url}/passwordless/start`, {
    method: "POST",
    body: new URLSearchParams({ connection: "sms", phone_number: phone, ...parameters }),
  });
  assert.equal(response.status, 200);
  return { username: phone, otp: await tenant.code(phone), realm: "sms", scope: "openid profile phone offline_access" };
}

/** A token that the client signs in place of showing a secret, RFC 7523. */
function assertion() {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: withKey.id, sub: withKey.id, aud: tenant.issuer, jti: randomUUID(), iat: now, exp: now + 60 };
  const encoded = [{ alg: "RS256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const text = encoded.join(".");
  const signature = sign("sha256", Buffer.from(text), withKey.privateKey).toString("base64url");
  return {
    client_assertion: `${text}.${signature}`,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  };
}

const startedByWeb = () => started({ client_id: web.id, client_secret: web.secret });

test("the OTP grant, userinfo, a refresh and a revocation", async () => {
  const config = await asWeb();
  const attempt = await startedByWeb();
  const tokens = await client.genericGrantRequest(config, OTP_GRANT, attempt);
  assert.equal(tokens.token_type, "bearer");
  const { sub } = tokens.claims();
  assert.match(sub, /^sms\|[0-9a-f]{24}$/);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, sub);
  assert.equal(userinfo.phone_number, attempt.username);

  assert.ok(tokens.refresh_token, "a refresh token for offline_access");
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, sub);

  const newest = refreshed.refresh_token ?? tokens.refresh_token;
  await client.tokenRevocation(config, newest);
  await assert.rejects(client.refreshTokenGrant(config, newest), {
    status: 403,
    error: "invalid_grant",
    error_description: "Unknown or invalid refresh token.",
  });
});

test("the OTP grant of a public client", async () => {
  const config = await asNative();
  const attempt = await started({ client_id: native.id });
  const tokens = await client.genericGrantRequest(config, OTP_GRANT, attempt);
  assert.equal(tokens.claims().phone_number, attempt.username);
});

test("the OTP grant with HTTP Basic", async () => {
  const config = await discover(web.id, client.ClientSecretBasic(web.secret));
  const tokens = await client.genericGrantRequest(config, OTP_GRANT, await startedByWeb());
  assert.ok(tokens.id_token);
});

test("the OTP grant of a client that signs in place of a secret", async () => {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = createPrivateKey(withKey.privateKey).export({ type: "pkcs8", format: "der" });
  const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const config = await discover(withKey.id, client.PrivateKeyJwt(key));
  const attempt = await started({ client_id: withKey.id, ...assertion() });
  const tokens = await client.genericGrantRequest(config, OTP_GRANT, attempt);
  assert.ok(tokens.id_token);
});

test("a wrong code", async () => {
  const config = await asWeb();
  const attempt = await startedByWeb();
  await assert.rejects(client.genericGrantRequest(config, OTP_GRANT, { ...attempt, otp: wrong(attempt.otp) }), {
    status: 403,
    error: "invalid_grant",
    error_description: "Wrong phone number or verification code.",
  });
});

test("a wrong secret", async () => {
  const config = await discover(web.id, client.ClientSecretPost("not the secret"));
  const refused = client.genericGrantRequest(config, OTP_GRANT, await startedByWeb());
  await assert.rejects(refused, { status: 401, error: "invalid_client" });
});

for (const [kind, configure] of Object.entries({ confidential: asWeb, public: asNative })) {
  test(`an authorization code with PKCE, for a ${kind} client`, async () => {
    const config = await configure();
    const phone = tenant.phone();
    const { url, checks } = await authorization(config);
    const page = await newPage(browser);
    await page.goto(url.href);
    await signIn(page, tenant, phone);
    await page.waitForURL(`${redirectUri}?**`);
    const tokens = await client.authorizationCodeGrant(config, new URL(page.url()), checks);
    assert.equal(tokens.claims().phone_number, phone);
    assert.equal(tokens.claims().nonce, checks.expectedNonce);
  });
}

test("an authorization code with another verifier", async () => {
  const config = await asNative();
  const { url, checks } = await authorization(config);
  const page = await newPage(browser);
  await page.goto(url.href);
  await signIn(page, tenant, tenant.phone());
  await page.waitForURL(`${redirectUri}?**`);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const grant = client.authorizationCodeGrant(config, new URL(page.url()), { ...checks, pkceCodeVerifier });
  await assert.rejects(grant, { error: "invalid_grant", error_description: "Failed to verify code verifier" });
});

test("prompt=none where nobody is signed in", async () => {
  const config = await asNative();
  const { url, checks } = await authorization(config);
  url.searchParams.set("prompt", "none");
  const page = await newPage(browser);
  await page.goto(url.href);
  await page.waitForURL(`${redirectUri}?**`);
  const grant = client.authorizationCodeGrant(config, new URL(page.url()), checks);
  await assert.rejects(grant, { error: "login_required" });
});

/** Where to send the browser, and what to expect when it is back. */
async function authorization(config) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    maxAge: 60,
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid phone",
    connection: "sms",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    max_age: String(checks.maxAge),
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  return { url, checks };
}
