import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { newPage, openBrowser, signIn } from "../support/browser.js";
import { native, Tenant, web, wrong } from "../support/tenant.js";

const OTP_GRANT = "http://auth0.com/oauth/grant-type/passwordless/otp";
const APP_PORT = 4361;
const appUrl = `http://localhost:${APP_PORT}`;
const redirectUri = `${appUrl}/callback`;
const insecure = { [oauth.allowInsecureRequests]: true };

let tenant, app, browser, server;

before(async () => {
  tenant = await Tenant.start(4360, appUrl);
  app = createServer((request, response) => response.end("back")).listen(APP_PORT, "127.0.0.1");
  browser = await openBrowser();
  const issuer = new URL(tenant.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});

after(async () => {
  await browser?.close();
  app?.close();
  await tenant?.stop();
});

test("the OTP grant after a wrong code, and userinfo", async () => {
  const client = { client_id: web.id };
  const username = tenant.phone();
  const start = { client_id: web.id, client_secret: web.secret, connection: "sms", phone_number: username };
  await fetch(`${tenant.url}/passwordless/start`, { method: "POST", body: new URLSearchParams(start) });
  const code = await tenant.code(username);
  const redeem = async (otp) => {
    const parameters = { username, otp, realm: "sms", scope: "openid phone" };
    const secret = oauth.ClientSecretPost(web.secret);
    const response = await oauth.genericTokenEndpointRequest(server, client, secret, OTP_GRANT, parameters, insecure);
    return oauth.processGenericTokenEndpointResponse(server, client, response);
  };
  await assert.rejects(redeem(wrong(code)), {
    status: 403,
    error: "invalid_grant",
    error_description: "Wrong phone number or verification code.",
  });

  const tokens = await redeem(code);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const response = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
  const userinfo = await oauth.processUserInfoResponse(server, client, sub, response);
  assert.equal(userinfo.phone_number, username);
});

test("an authorization code with PKCE, and the signature of its ID token", async () => {
  const client = { client_id: native.id };
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: native.id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid phone",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const phone = tenant.phone();
  const page = await newPage(browser);
  await page.goto(url.href);
  await signIn(page, tenant, phone);
  await page.waitForURL(`${redirectUri}?**`);

  const parameters = oauth.validateAuthResponse(server, client, new URL(page.url()), state);
  const exchange = [server, client, oauth.None(), parameters, redirectUri, verifier, insecure];
  const response = await oauth.authorizationCodeGrantRequest(...exchange);
  const expected = { expectedNonce: nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected);
  await oauth.validateApplicationLevelSignature(server, response, insecure);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).phone_number, phone);
});
