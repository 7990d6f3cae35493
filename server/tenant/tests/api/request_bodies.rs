//! Bodies that nobody should send get a JSON answer.

use crate::support::{TenantOptions, TestTenant, assert_error};

const ENDPOINTS: [&str; 3] = ["/passwordless/start", "/passwordless/verify", "/oauth/token"];

#[tokio::test]
async fn malformed_body_is_invalid_request() {
    let tenant = TestTenant::start().await;
    let deep = "[".repeat(10_000);
    for path in ENDPOINTS {
        for body in ["{", "[]", "null", "\"x\"", "7", "\u{0}", "{\"a\":1}x", deep.as_str()] {
            let request = tenant.http.post(tenant.url(path)).header("content-type", "application/json");
            let response = request.body(body.to_owned()).send().await.unwrap();
            assert_error(response, 400, "invalid_request", "The body is not a JSON object").await;
        }
        let request = tenant.http.post(tenant.url(path)).header("content-type", "application/json");
        let response = request.body(vec![0xff, 0xfe, 0x00]).send().await.unwrap();
        assert_error(response, 400, "invalid_request", "The body is not a JSON object").await;
        let twice = [("client_id", "web"), ("client_id", "public")];
        let response = tenant.http.post(tenant.url(path)).form(&twice).send().await.unwrap();
        assert_error(response, 400, "invalid_request", "a parameter is given more than once").await;
    }
}

#[tokio::test]
async fn oversized_body_is_refused() {
    let tenant = TestTenant::start().await;
    for path in ENDPOINTS {
        let body = format!("{{\"x\":\"{}\"}}", "x".repeat(16 * 1024));
        let request = tenant.http.post(tenant.url(path)).header("content-type", "application/json");
        let response = request.body(body).send().await.unwrap();
        assert_error(response, 413, "invalid_request", "The body is larger than 16 kB").await;
    }
}

#[tokio::test]
async fn malformed_basic_credentials_are_refused() {
    let tenant = TestTenant::start().await;
    for value in ["Basic", "Basic !", "Basic Og==", "Basic /w==", "Basic d2Vi"] {
        let request =
            tenant.post("/oauth/token", &serde_json::json!({"grant_type": "x"})).header("authorization", value);
        assert_error(request.send().await.unwrap(), 401, "invalid_client", "Unauthorized").await;
    }
}

#[tokio::test]
async fn unknown_path_or_method_gets_json_error() {
    let tenant = TestTenant::start().await;
    let response = tenant.get("/nowhere").send().await.unwrap();
    assert_error(response, 404, "not_found", "There is nothing here").await;
    let response = tenant.get("/oauth/token").send().await.unwrap();
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_error(response, 405, "method_not_allowed", "The method is not allowed here").await;
    assert_eq!(tenant.get("/healthz").send().await.unwrap().text().await.unwrap(), "ok");
}

#[tokio::test]
async fn hsts_header_is_sent_only_with_https() {
    for public_url in ["https://login.example.com", "http://localhost:3001"] {
        let options = TenantOptions { public_url: Some(public_url.parse().unwrap()), ..TenantOptions::default() };
        let tenant = TestTenant::with(options).await;
        for path in ["/u/login", "/authorize", "/.well-known/openid-configuration", "/nowhere"] {
            let response = tenant.get(path).send().await.unwrap();
            let transport = response.headers().get("strict-transport-security").map(|value| value.to_str().unwrap());
            let expected = public_url.starts_with("https:").then_some("max-age=63072000");
            assert_eq!(transport, expected, "{public_url}{path}");
            let permissions = response.headers()["permissions-policy"].to_str().unwrap();
            assert!(permissions.contains("camera=()") && permissions.contains("otp-credentials=(self)"), "{path}");
        }
    }
}
