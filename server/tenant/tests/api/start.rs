//! `POST /passwordless/start`.

use serde_json::{Value, json};

use crate::support::{OTHER_PHONE, PHONE, TestTenant, assert_error, changed_json};

fn good() -> Value {
    json!({ "client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE })
}

fn changed(changes: &Value) -> Value {
    changed_json(good(), changes)
}

#[tokio::test]
async fn start_sends_code_and_returns_auth0_response() {
    let tenant = TestTenant::start().await;
    let response = tenant.post("/passwordless/start", &good()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    let id = body["_id"].as_str().unwrap();
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(body["phone_number"], PHONE);
    assert_eq!(body["phone_verified"], false);
    assert_eq!(body["request_language"], "en");
    let messages = tenant.messages().await;
    assert_eq!(messages[0]["to"], PHONE);
    let code = tenant.newest_code().await;
    assert_eq!(messages[0]["body"], format!("Your verification code is: {code} (Web)"));
    assert_eq!(code.len(), 6);
}

/// Number by number the same: one that signed in before, one that nobody has, and one that is blocked.
#[tokio::test]
async fn start_returns_code_length_and_lifetime_of_connection() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    let expected = async |changes: Value, length: u64, seconds: u64| {
        let response = tenant.post("/passwordless/start", &changed(&changes)).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            (body["code_length"].as_u64(), body["expires_in"].as_u64()),
            (Some(length), Some(seconds)),
            "{body}"
        );
    };
    for blocked in [false, true] {
        if blocked {
            tenant.block_users().await;
        }
        expected(json!({}), 6, 180).await;
        expected(json!({"phone_number": OTHER_PHONE}), 6, 180).await;
        expected(json!({"connection": "members"}), 8, 60).await;
    }
    let anonymous = tenant.post("/passwordless/start", &changed(&json!({"client_secret": null})));
    let body: Value = anonymous.send().await.unwrap().json().await.unwrap();
    assert_eq!((&body["code_length"], &body["expires_in"]), (&Value::Null, &Value::Null), "{body}");
}

#[tokio::test]
async fn start_accepts_requests_of_official_clients() {
    let tenant = TestTenant::start().await;
    for changes in [
        json!({"client_secret": null}),
        json!({"client_id": "public", "client_secret": null}),
        json!({"send": "code", "authParams": {"scope": "openid", "state": "x"}}),
        json!({"authParams[scope]": "openid"}),
    ] {
        let response = tenant.post("/passwordless/start", &changed(&changes)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{changes}");
    }
    let form = [("client_id", "web"), ("connection", "sms"), ("phone_number", PHONE)];
    let response = tenant.http.post(tenant.url("/passwordless/start")).form(&form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let request =
        tenant.http.post(tenant.url("/passwordless/start")).header("content-type", "text/plain;charset=UTF-8");
    assert_eq!(request.body(good().to_string()).send().await.unwrap().status(), 200);
    let basic = tenant.post("/passwordless/start", &changed(&json!({"client_secret": null})));
    assert_eq!(basic.basic_auth("web", Some("web-secret")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn start_challenges_wrong_basic_credentials() {
    let tenant = TestTenant::start().await;
    let request = tenant.post("/passwordless/start", &good()).basic_auth("web", Some("wrong"));
    let response = request.send().await.unwrap();
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic"));
    assert_error(response, 401, "invalid_client", "Unauthorized").await;
}

#[tokio::test]
async fn start_for_blocked_user_succeeds_without_message() {
    let tenant = TestTenant::start().await;
    let code = tenant.code().await;
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    tenant.block_users().await;
    let response = tenant.post("/passwordless/start", &good()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(tenant.messages().await.len(), 1);
}

#[tokio::test]
async fn start_allows_cors_for_client_origins_only() {
    let tenant = TestTenant::start().await;
    for (origin, allowed) in
        [("http://localhost:3000", true), ("http://localhost:5000", true), ("https://evil.example", false)]
    {
        let preflight = tenant
            .http
            .request(reqwest::Method::OPTIONS, tenant.url("/passwordless/start"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,auth0-client");
        for request in [preflight, tenant.post("/passwordless/start", &good()).header("origin", origin)] {
            let response = request.send().await.unwrap();
            let found = response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(found, allowed.then_some(origin));
        }
    }
}

#[tokio::test]
async fn start_reports_request_language() {
    let tenant = TestTenant::start().await;
    for (name, value, expected) in [
        ("x-request-language", "de-AT", "de-AT"),
        ("accept-language", "fr-FR, en;q=0.5", "fr-FR"),
        ("accept-language", "*", "en"),
    ] {
        let response = tenant.post("/passwordless/start", &good()).header(name, value).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["request_language"], expected);
    }
}
