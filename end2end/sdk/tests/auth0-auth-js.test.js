import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AuthClient } from "@auth0/auth0-auth-js";
import { Tenant, web, wrong } from "../support/tenant.js";
import { startTlsProxy } from "../support/tls-proxy.js";

// What auth0 7 recommends for logins. It takes a domain and speaks TLS to it. Nobody signed the proxy's certificate.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

const PORT = 4362;
const TLS_PORT = 4363;

let tenant, proxy, sdk;

before(async () => {
  tenant = await Tenant.start(PORT, "http://localhost:4364", `https://localhost:${TLS_PORT}`);
  proxy = await startTlsProxy(TLS_PORT, PORT);
  sdk = new AuthClient({ domain: tenant.host, clientId: web.id, clientSecret: web.secret });
});

after(async () => {
  proxy?.close();
  proxy?.closeAllConnections();
  await tenant?.stop();
});

test("sendSms, and tokens after a wrong code", async () => {
  const phoneNumber = tenant.phone();
  await sdk.passwordless.sendSms({ phoneNumber });
  const code = await tenant.code(phoneNumber);
  const redeem = (code) => sdk.getTokenByPasswordlessSms({ phoneNumber, code, scope: "openid phone" });
  await assert.rejects(redeem(wrong(code)), ({ cause }) => {
    assert.equal(cause.error, "invalid_grant");
    assert.equal(cause.error_description, "Wrong phone number or verification code.");
    return true;
  });
  const tokens = await redeem(code);
  assert.equal(tokens.claims.phone_number, phoneNumber);
});

test("a wrong secret", async () => {
  const client = new AuthClient({ domain: tenant.host, clientId: web.id, clientSecret: "not the secret" });
  await assert.rejects(client.passwordless.sendSms({ phoneNumber: tenant.phone() }), ({ cause }) => {
    assert.equal(cause.error, "invalid_client");
    return true;
  });
});
