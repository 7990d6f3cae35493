import { web } from "./tenant.js";

/** What an application's server does with the code that arrives at its callback. */
export async function tokensFor(tenant, code, redirectUri, client = web) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: client.id,
    client_secret: client.secret,
    code,
    redirect_uri: redirectUri,
  });
  const answer = await fetch(`${tenant.listener}/oauth/token`, { method: "POST", body });
  return answer.json();
}

/** What a JWT says; who it is from is for the SDKs to check. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}
