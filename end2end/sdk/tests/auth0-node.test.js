import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as version6 from "auth0-6";
import * as version7 from "auth0/legacy";
import { Tenant, web, withKey, wrong } from "../support/tenant.js";
import { startTlsProxy } from "../support/tls-proxy.js";
import { claimsOf } from "../support/tokens.js";

// The SDK takes a domain and speaks TLS to it. Nobody signed the proxy's certificate.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PORT = 4340;
const TLS_PORT = 4341;

// Since version 7 the package has its calls for logins in a part of its own, and recommends @auth0/auth0-auth-js.
const versions = { auth0: version7, "auth0-6": version6 };

let tenant, proxy, AuthenticationClient;

before(async () => {
  tenant = await Tenant.start(PORT, "http://localhost:4342", `https://localhost:${TLS_PORT}`);
  proxy = await startTlsProxy(TLS_PORT, PORT);
});

after(async () => {
  proxy?.close();
  proxy?.closeAllConnections();
  await tenant?.stop();
});

function sdk(clientSecret = web.secret) {
  return new AuthenticationClient({ domain: tenant.host, clientId: web.id, clientSecret });
}

async function started() {
  const phone_number = tenant.phone();
  const { status } = await sdk().passwordless.sendSMS({ phone_number });
  assert.equal(status, 200);
  return { phone_number, code: await tenant.code(phone_number) };
}

function login(attempt, client = sdk()) {
  return client.passwordless.loginWithSMS({ scope: "openid phone offline_access", ...attempt });
}

for (const [name, version] of Object.entries(versions)) {
  describe(name, () => {
    before(() => {
      ({ AuthenticationClient } = version);
    });

    test("sendSMS, loginWithSMS and a refresh", async () => {
      const attempt = await started();
      const { data: tokens } = await login(attempt);
      assert.equal(tokens.expires_in, 86400);
      const claims = claimsOf(tokens.id_token);
      assert.equal(claims.iss, tenant.issuer);
      assert.equal(claims.phone_number, attempt.phone_number);
      const { data: refreshed } = await sdk().oauth.refreshTokenGrant({ refresh_token: tokens.refresh_token });
      assert.ok(refreshed.id_token);
    });

    test("a wrong code, three times, and no right one after that", async () => {
      const attempt = await started();
      for (let failure = 1; failure <= 3; failure += 1) {
        await assert.rejects(login({ ...attempt, code: wrong(attempt.code) }), {
          statusCode: 403,
          error: "invalid_grant",
          error_description: "Wrong phone number or verification code.",
        });
      }
      await assert.rejects(login(attempt), {
        statusCode: 403,
        error: "invalid_grant",
        error_description: "You've reached the maximum number of attempts. Please try to login again.",
      });
    });

    test("what is not a phone number", async () => {
      await assert.rejects(sdk().passwordless.sendSMS({ phone_number: "0151 234" }), {
        statusCode: 400,
        error: "bad.phone_number",
        error_description: String.raw`String does not match pattern: ^\+[0-9]{1,15}$`,
      });
    });

    test("a wrong secret", async () => {
      const attempt = await started();
      await assert.rejects(login(attempt, sdk("not the secret")), { statusCode: 401, error: "invalid_client" });
    });

    test("headers of the caller's own, which make the SDK label JSON as text", async () => {
      const phone_number = tenant.phone();
      const override = { headers: { "x-request-language": "de" } };
      const { status } = await sdk().passwordless.sendSMS({ phone_number }, override);
      assert.equal(status, 200);
      const { data: tokens } = await login({ phone_number, code: await tenant.code(phone_number) });
      assert.ok(tokens.id_token);
    });

    test("a client that signs in place of a secret", async () => {
      const client = new AuthenticationClient({
        domain: tenant.host,
        clientId: withKey.id,
        clientAssertionSigningKey: withKey.privateKey,
      });
      const phone_number = tenant.phone();
      await client.passwordless.sendSMS({ phone_number });
      const { data: tokens } = await login({ phone_number, code: await tenant.code(phone_number) }, client);
      assert.ok(tokens.id_token);
    });
  });
}
