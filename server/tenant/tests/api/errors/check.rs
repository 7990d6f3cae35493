//! The endpoints, the preconditions of a case, and its check.

use passwordless_tenant::{Limits, ProofOfWork, Sms};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    CALLBACK, OTP_GRANT, PHONE, TenantOptions, TestTenant, assert_error, changed_json, location, query, sent_before,
    twilio_config, wrong_code,
};

/// The endpoints, each with a request that succeeds with its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Start,
    OtpChallenge,
    Verify,
    ResourceOwner,
    VerifyRedirect,
    CoAuthenticate,
    Authorize,
    OtpGrant,
    CodeGrant,
    RefreshGrant,
    Userinfo,
    Revoke,
    V2Logout,
    OidcLogout,
}

use Endpoint::{
    Authorize, CoAuthenticate, CodeGrant, OidcLogout, OtpChallenge, OtpGrant, RefreshGrant, ResourceOwner, Revoke,
    Start, Userinfo, V2Logout, Verify, VerifyRedirect,
};

impl Endpoint {
    fn path(self) -> &'static str {
        match self {
            Start => "/passwordless/start",
            OtpChallenge => "/otp/challenge",
            Verify => "/passwordless/verify",
            ResourceOwner => "/oauth/ro",
            VerifyRedirect => "/passwordless/verify_redirect",
            CoAuthenticate => "/co/authenticate",
            Authorize => "/authorize",
            OtpGrant | CodeGrant | RefreshGrant => "/oauth/token",
            Userinfo => "/userinfo",
            Revoke => "/oauth/revoke",
            V2Logout => "/v2/logout",
            OidcLogout => "/oidc/logout",
        }
    }

    fn is_for_browsers(self) -> bool {
        matches!(self, VerifyRedirect | Authorize | V2Logout | OidcLogout)
    }

    fn request(self, secret: &str) -> Value {
        let web = json!({"client_id": "web", "client_secret": "web-secret"});
        let browser = json!({"client_id": "web", "redirect_uri": CALLBACK, "response_type": "code", "state": "s"});
        match self {
            Start => changed_json(web, &json!({"connection": "sms", "phone_number": PHONE})),
            OtpChallenge => {
                changed_json(web, &json!({"connection": "sms", "phone_number": PHONE, "allow_signup": true}))
            }
            Verify => json!({"connection": "sms", "phone_number": PHONE, "verification_code": secret}),
            ResourceOwner => json!({
                "grant_type": "password", "client_id": "web", "connection": "sms", "username": PHONE,
                "password": secret, "scope": "openid",
            }),
            VerifyRedirect => {
                changed_json(browser, &json!({"connection": "sms", "phone_number": PHONE, "verification_code": secret}))
            }
            CoAuthenticate => json!({
                "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": secret, "realm": "sms",
            }),
            Authorize => browser,
            OtpGrant => {
                changed_json(web, &json!({"grant_type": OTP_GRANT, "username": PHONE, "otp": secret, "realm": "sms"}))
            }
            CodeGrant => changed_json(
                web,
                &json!({"grant_type": "authorization_code", "code": secret, "redirect_uri": CALLBACK}),
            ),
            RefreshGrant => changed_json(web, &json!({"grant_type": "refresh_token", "refresh_token": secret})),
            Revoke => changed_json(web, &json!({"token": secret})),
            Userinfo | OidcLogout => json!({}),
            V2Logout => json!({"client_id": "web"}),
        }
    }

    async fn send(self, tenant: &TestTenant, request: &Value) -> Response {
        let method = if self.is_for_browsers() { Method::GET } else { Method::POST };
        let origin = request["$origin"].as_str().unwrap_or("http://localhost:3000");
        let request = changed_json(request.clone(), &json!({"$origin": null}));
        let call = tenant.http.request(method, tenant.url(self.path()));
        let call = if origin.is_empty() { call } else { call.header("origin", origin) };
        // Failed attempts are counted by address where the client forwards it.
        let call = if self == OtpGrant { call.header("auth0-forwarded-for", "127.0.0.1") } else { call };
        let call = if self.is_for_browsers() { call.query(&request) } else { call.json(&request) };
        call.send().await.unwrap()
    }
}

/// The precondition of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    /// The endpoint's secret is issued: a one-time code, an authorization code or a refresh token.
    Secret,
    /// The secret was used.
    Used,
    /// This many seconds have passed since the secret was issued.
    After(u64),
    /// Three wrong attempts used the code up.
    UsedUp,
    /// Ten wrong attempts, on several codes.
    TooManyAttempts,
    /// The number has had as many codes as the limit allows.
    TooManyStarts,
    /// The user is blocked.
    Blocked,
    /// The user is deleted.
    Deleted,
    /// The tenant asks for a proof of work.
    ProofNeeded,
    /// No new number of the country is sent a code: nobody enters theirs.
    Stopped,
    /// The day's budget is spent.
    OverBudget,
    /// Twilio refuses the message with this status and error code.
    Twilio(u16, i64),
    /// The SMS gateway responds with this status.
    Gateway(u16),
}

use Given::{
    After, Blocked, Deleted, Gateway, Nothing, OverBudget, ProofNeeded, Stopped, TooManyAttempts, TooManyStarts,
    Twilio, Used, UsedUp,
};

/// Sends the changed request to a new tenant, after what is given, and checks the response.
pub(super) async fn check(
    endpoint: Endpoint,
    given: Given,
    changes: Value,
    status: u16,
    error: &str,
    description: &str,
) {
    let (tenant, _provider) = start_tenant(given).await;
    let about = format!("{endpoint:?} {given:?} {changes}");
    let secret = prepare(&tenant, endpoint, given).await;
    let mut request = changed_json(endpoint.request(&secret), &changes);
    for value in request.as_object_mut().unwrap().values_mut().filter(|value| **value == "$wrong") {
        *value = wrong_code(&secret).into();
    }
    let response = endpoint.send(&tenant, &request).await;
    assert_eq!(response.status(), status, "{about}");
    if error.is_empty() || error == "origin_not_allowed" {
        assert!(!response.headers().contains_key("location"), "{about}");
        assert!(response.text().await.unwrap().contains(description), "{about}");
    } else if status == 302 {
        let answer = location(&response);
        let found = ["error", "error_description", "state"].map(|name| query(&answer, name));
        assert_eq!(found, [error, description, "s"].map(|text| Some(text.to_owned())), "{about}");
    } else {
        assert_eq!(response.headers().contains_key("www-authenticate"), endpoint == Userinfo, "{about}");
        assert_eq!(response.headers().contains_key("retry-after"), error == "too_many_requests", "{about}");
        assert_error(response, status, error, description).await;
    }
    if matches!(endpoint, Start | OtpChallenge) && matches!(given, Nothing | ProofNeeded) {
        assert!(tenant.messages().await.is_empty(), "{about}");
    }
}

/// Starts a tenant, and a double of its SMS provider.
async fn start_tenant(given: Given) -> (TestTenant, MockServer) {
    let provider = MockServer::start().await;
    let refuse = async |status, body: Value| {
        Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&provider).await;
    };
    let options = TenantOptions::default();
    let options = match given {
        TooManyStarts => {
            TenantOptions { limits: Limits { starts_per_phone_hour: 1, ..options.limits.clone() }, ..options }
        }
        Stopped => {
            let limits = Limits { pumping_breaker: true, ..options.limits.clone() };
            TenantOptions { limits, ..options }
        }
        ProofNeeded => {
            let limits = Limits { proof_of_work: ProofOfWork::Always, ..options.limits.clone() };
            TenantOptions { limits, ..options }
        }
        Twilio(status, code) => {
            refuse(status, json!({"code": code, "message": "Said by Twilio"})).await;
            TenantOptions { sms: Sms::Twilio(twilio_config(&provider.uri())), ..options }
        }
        Gateway(status) => {
            refuse(status, json!({})).await;
            TenantOptions { gateway_url: provider.uri(), ..options }
        }
        _ => options,
    };
    (TestTenant::with(options).await, provider)
}

/// Establishes the precondition, and returns the secret of the request.
async fn prepare(tenant: &TestTenant, endpoint: Endpoint, given: Given) -> String {
    match given {
        Nothing | ProofNeeded | Twilio(..) | Gateway(_) => return String::new(),
        TooManyStarts => {
            assert_eq!(tenant.request_code("sms", PHONE).await.status(), 200);
            return String::new();
        }
        Stopped => {
            sent_before(tenant, "US", 21, 0).await;
            return String::new();
        }
        OverBudget => {
            for number in 0..8 {
                let response = tenant.request_code("priced", &format!("+1415555{number:04}")).await;
                assert_eq!(response.status(), 200);
            }
            return String::new();
        }
        TooManyAttempts => {
            for _ in 0..10 {
                let guess = Verify.request(&wrong_code(&tenant.code().await));
                assert_eq!(Verify.send(tenant, &guess).await.status(), 401);
            }
        }
        Blocked if endpoint != CodeGrant && endpoint != RefreshGrant => {
            let code = tenant.code().await;
            assert_eq!(OtpGrant.send(tenant, &OtpGrant.request(&code)).await.status(), 200);
        }
        _ => {}
    }
    let secret = secret(tenant, endpoint).await;
    match given {
        Used => {
            // `/passwordless/verify` does not use a code up.
            let first = if endpoint == Verify { OtpGrant } else { endpoint };
            first.send(tenant, &first.request(&secret)).await;
        }
        UsedUp => {
            for _ in 0..3 {
                let guess = Verify.request(&wrong_code(&secret));
                assert_eq!(Verify.send(tenant, &guess).await.status(), 401);
            }
        }
        After(seconds) => tenant.clock.advance(seconds),
        Blocked => change(tenant, "UPDATE tenant_users SET blocked = TRUE WHERE phone_number = $1").await,
        Deleted => change(tenant, "DELETE FROM tenant_users WHERE phone_number = $1").await,
        _ => {}
    }
    secret
}

/// Has the secret issued that the endpoint takes.
async fn secret(tenant: &TestTenant, endpoint: Endpoint) -> String {
    let code = tenant.code().await;
    match endpoint {
        CodeGrant => {
            let request = changed_json(VerifyRedirect.request(&code), &json!({"scope": "openid offline_access"}));
            query(&location(&VerifyRedirect.send(tenant, &request).await), "code").unwrap()
        }
        RefreshGrant | Revoke => {
            let request = changed_json(OtpGrant.request(&code), &json!({"scope": "offline_access"}));
            let body: Value = OtpGrant.send(tenant, &request).await.json().await.unwrap();
            body["refresh_token"].as_str().unwrap().to_owned()
        }
        _ => code,
    }
}

async fn change(tenant: &TestTenant, sql: &'static str) {
    let done = sqlx::query(sql).bind(PHONE).execute(&tenant.pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}
