// Passwordless login by SMS in a page of your own, with the calls of auth0.js 7:
//
//   var auth0 = new Auth0({ domain: "tenant.example", clientID: "…", callbackURL: "https://app.example/callback" });
//   auth0.requestSMSCode({ phoneNumber: "+14155552671" }, function (err) { … });
//   auth0.verifySMSCode({ phoneNumber: "+14155552671", code: "123456" }, function (err) { … });
//
// With a right code the browser goes to the callback, which gets `code`; `state`, `scope` and other parameters of the
// request are options of `verifySMSCode`, or of `authParams` there or here. Without a callbackURL the code goes to /oauth/ro,
// which the embedded tenant refuses. `err` has `error`, `error_description` and `statusCode`, 0 if no response came.
(() => {
  // Read while the script runs: afterwards there is no current one.
  const { protocol } = new URL((document.currentScript || {}).src || location.href);
  const loopback = /^(localhost|127\.0\.0\.1|\[::1])(:\d+)?$/;

  const failure = (error, error_description, statusCode) => ({ error, error_description, statusCode });

  function originOf(domain) {
    if (domain.includes("://")) return domain.replace(/\/+$/, "");
    return (loopback.test(domain) && protocol === "http:" ? "http://" : "https://") + domain;
  }

  // What went wrong, or null. JSON, as a browser asks the tenant before it sends that: of what a foreign origin wants to
  // send, nothing arrives.
  async function post(tenant, path, body) {
    let response, answer;
    try {
      const headers = { "content-type": "application/json" };
      response = await fetch(tenant + path, { method: "POST", headers, body: JSON.stringify(body) });
    } catch {
      const check = "check the connection, the domain, and whether this origin is among the client's callbacks or origins";
      return failure("network_error", `${tenant} did not answer, or may not answer ${location.origin}: ${check}.`, 0);
    }
    const { ok, status } = response;
    try {
      answer = await response.json();
      if (ok) return null;
      if (answer.error) return { error_description: answer.error, ...answer, statusCode: status };
    } catch {}
    return failure("invalid_response", `${tenant} answered, but not as a tenant: check the domain.`, status);
  }

  window.Auth0 = class {
    constructor({ domain = "", ...options }) {
      this.tenant = originOf(domain);
      this.options = options;
    }

    requestSMSCode({ phoneNumber }, callback) {
      const { clientID, callbackURL } = this.options;
      // The tenant refuses a callback that it would not go to, before it sends a code.
      const authParams = { redirect_uri: callbackURL };
      const request = { client_id: clientID, connection: "sms", phone_number: phoneNumber, authParams };
      post(this.tenant, "/passwordless/start", request).then(callback);
    }

    verifySMSCode({ phoneNumber, code, authParams, ...others }, callback) {
      const { tenant, options } = this;
      const client = { client_id: options.clientID, connection: "sms" };
      if (!options.callbackURL) {
        const login = { grant_type: "password", username: phoneNumber, password: code, scope: "openid" };
        post(tenant, "/oauth/ro", { ...client, ...login }).then(callback);
        return;
      }
      const attempt = { ...client, phone_number: phoneNumber, verification_code: code };
      const standard = { scope: "openid", response_type: options.responseType || "code" };
      const request = { ...standard, ...options.authParams, ...others, ...authParams };
      const parameters = Object.entries({ ...request, ...attempt, redirect_uri: options.callbackURL });
      const query = parameters.filter(([, value]) => value != null);
      post(tenant, "/passwordless/verify", attempt).then((error) => {
        if (error) callback(error);
        // The code is good, and not used up: this is what signs in.
        else location.assign(`${tenant}/passwordless/verify_redirect?${new URLSearchParams(query)}`);
      });
    }
  };
})();
