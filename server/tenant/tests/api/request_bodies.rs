//! Malformed requests get a JSON error.

use reqwest::{Body, Response};
use rstest::rstest;
use serde_json::json;

use crate::support::{TenantOptions, TestTenant, assert_error};

const NOT_AN_OBJECT: &str = "The body is not a JSON object";

async fn post_json(tenant: &TestTenant, path: &str, body: impl Into<Body>) -> Response {
    let request = tenant.http.post(tenant.url(path)).header("content-type", "application/json");
    request.body(body).send().await.unwrap()
}

#[rstest]
#[case::unclosed_object("{".to_owned())]
#[case::array("[]".to_owned())]
#[case::null("null".to_owned())]
#[case::string("\"x\"".to_owned())]
#[case::number("7".to_owned())]
#[case::nul_byte("\u{0}".to_owned())]
#[case::trailing_garbage("{\"a\":1}x".to_owned())]
#[case::deep_nesting("[".repeat(10_000))]
#[tokio::test]
async fn malformed_body_is_invalid_request(
    #[values("/passwordless/start", "/passwordless/verify", "/oauth/token")] path: &str,
    #[case] body: String,
) {
    let tenant = TestTenant::start().await;
    assert_error(post_json(&tenant, path, body).await, 400, "invalid_request", NOT_AN_OBJECT).await;
}

#[rstest]
#[tokio::test]
async fn invalid_utf8_body_is_invalid_request(
    #[values("/passwordless/start", "/passwordless/verify", "/oauth/token")] path: &str,
) {
    let tenant = TestTenant::start().await;
    let response = post_json(&tenant, path, vec![0xff, 0xfe, 0x00]).await;
    assert_error(response, 400, "invalid_request", NOT_AN_OBJECT).await;
}

#[rstest]
#[tokio::test]
async fn duplicate_form_parameter_is_invalid_request(
    #[values("/passwordless/start", "/passwordless/verify", "/oauth/token")] path: &str,
) {
    let tenant = TestTenant::start().await;
    let twice = [("client_id", "web"), ("client_id", "public")];
    let response = tenant.http.post(tenant.url(path)).form(&twice).send().await.unwrap();
    assert_error(response, 400, "invalid_request", "a parameter is given more than once").await;
}

#[rstest]
#[tokio::test]
async fn oversized_body_is_refused(
    #[values("/passwordless/start", "/passwordless/verify", "/oauth/token")] path: &str,
) {
    let tenant = TestTenant::start().await;
    let body = format!("{{\"x\":\"{}\"}}", "x".repeat(16 * 1024));
    let response = post_json(&tenant, path, body).await;
    assert_error(response, 413, "invalid_request", "The body is larger than 16 kB").await;
}

#[rstest]
#[case::missing("Basic")]
#[case::not_base64("Basic !")]
#[case::empty_name_and_secret("Basic Og==")]
#[case::not_utf8("Basic /w==")]
#[case::without_colon("Basic d2Vi")]
#[tokio::test]
async fn malformed_basic_credentials_are_refused(#[case] authorization: &str) {
    let tenant = TestTenant::start().await;
    let request = tenant.post("/oauth/token", &json!({"grant_type": "x"})).header("authorization", authorization);
    assert_error(request.send().await.unwrap(), 401, "invalid_client", "Unauthorized").await;
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

#[rstest]
#[case::https("https://login.example.com", Some("max-age=63072000"))]
#[case::http("http://localhost:3001", None)]
#[tokio::test]
async fn security_headers_are_sent_on_every_path(#[case] public_url: &str, #[case] hsts: Option<&str>) {
    let options = TenantOptions { public_url: Some(public_url.parse().unwrap()), ..TenantOptions::default() };
    let tenant = TestTenant::with(options).await;
    for path in ["/u/login", "/authorize", "/.well-known/openid-configuration", "/nowhere"] {
        let response = tenant.get(path).send().await.unwrap();
        let transport = response.headers().get("strict-transport-security").map(|value| value.to_str().unwrap());
        assert_eq!(transport, hsts, "{path}");
        let permissions = response.headers()["permissions-policy"].to_str().unwrap();
        assert!(permissions.contains("camera=()") && permissions.contains("otp-credentials=(self)"), "{path}");
    }
}
