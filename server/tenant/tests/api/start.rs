//! `POST /passwordless/start`.

use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{OTHER_PHONE, PHONE, TestTenant, assert_error, changed_json};

fn valid() -> Value {
    json!({ "client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE })
}

fn changed(changes: &Value) -> Value {
    changed_json(valid(), changes)
}

/// A request of a script on a page whose origin the client `web` lists.
fn from_script(tenant: &TestTenant, body: &Value) -> RequestBuilder {
    tenant.post("/passwordless/start", body).header("origin", "http://localhost:5000")
}

#[tokio::test]
async fn start_sends_code_and_returns_auth0_response() {
    let tenant = TestTenant::start().await;
    let response = tenant.post("/passwordless/start", &valid()).send().await.unwrap();
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

/// Otherwise the response would reveal whether a number has an account, or is blocked.
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
    let anonymous = from_script(&tenant, &changed(&json!({"client_secret": null})));
    let body: Value = anonymous.send().await.unwrap().json().await.unwrap();
    assert_eq!((&body["code_length"], &body["expires_in"]), (&Value::Null, &Value::Null), "{body}");
}

#[rstest]
#[case::public_client(json!({"client_id": "public", "client_secret": null}))]
#[case::auth_params(json!({"send": "code", "authParams": {"scope": "openid", "state": "x"}}))]
#[case::callback_of_a_server(json!({"authParams": {"redirect_uri": "http://localhost:3000/else"}}))]
#[case::flattened_auth_params(json!({"authParams[scope]": "openid"}))]
#[tokio::test]
async fn start_accepts_requests_of_official_clients(#[case] changes: Value) {
    let tenant = TestTenant::start().await;
    let response = tenant.post("/passwordless/start", &changed(&changes)).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[rstest]
#[case::without_secret(json!({}))]
#[case::callback(json!({"authParams": {"redirect_uri": "http://localhost:3000/callback"}}))]
#[case::no_callback(json!({"authParams": {"redirect_uri": null}}))]
#[tokio::test]
async fn start_accepts_scripts_of_listed_origins(#[case] changes: Value) {
    let tenant = TestTenant::start().await;
    let body = changed_json(changed(&json!({"client_secret": null})), &changes);
    assert_eq!(from_script(&tenant, &body).send().await.unwrap().status(), 200);
}

/// A page of a public client may be that of a callback; servers of clients with a secret may name one of their own pages.
#[rstest]
#[case::public_client_at_its_callback(json!({"client_id": "public", "client_secret": null}), "http://localhost:4000")]
#[case::secret_at_a_callback(json!({}), "http://localhost:3000")]
#[tokio::test]
async fn start_accepts_origins_of_callbacks(#[case] changes: Value, #[case] origin: &str) {
    let tenant = TestTenant::start().await;
    let request = tenant.post("/passwordless/start", &changed(&changes)).header("origin", origin);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

/// Such as a form or a text, which a page of another site can send without being asked first.
#[rstest]
#[case::other_site("cross-site", None, 403)]
#[case::other_host_of_the_site("same-site", None, 403)]
#[case::own_page("cross-site", Some("http://localhost:4000"), 200)]
#[case::opened_by_the_user("none", None, 200)]
#[tokio::test]
async fn start_refuses_pages_of_other_sites(#[case] site: &str, #[case] origin: Option<&str>, #[case] status: u16) {
    let tenant = TestTenant::start().await;
    let form = [("client_id", "public"), ("connection", "sms"), ("phone_number", PHONE)];
    let request = tenant.http.post(tenant.url("/passwordless/start")).header("sec-fetch-site", site).form(&form);
    let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status);
    assert_eq!(tenant.messages().await.len(), usize::from(status == 200));
    if status == 403 {
        assert_error(response, 403, "access_denied", "Requests of pages at other origins need the header Origin").await;
    }
}

#[tokio::test]
async fn start_accepts_form() {
    let tenant = TestTenant::start().await;
    let form = [("client_id", "web"), ("client_secret", "web-secret"), ("connection", "sms"), ("phone_number", PHONE)];
    let response = tenant.http.post(tenant.url("/passwordless/start")).form(&form).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

/// A cross-origin request with this content type needs no preflight.
#[tokio::test]
async fn start_accepts_json_as_plain_text() {
    let tenant = TestTenant::start().await;
    let request =
        tenant.http.post(tenant.url("/passwordless/start")).header("content-type", "text/plain;charset=UTF-8");
    assert_eq!(request.body(valid().to_string()).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn start_accepts_basic_auth() {
    let tenant = TestTenant::start().await;
    let basic = tenant.post("/passwordless/start", &changed(&json!({"client_secret": null})));
    assert_eq!(basic.basic_auth("web", Some("web-secret")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn start_challenges_wrong_basic_credentials() {
    let tenant = TestTenant::start().await;
    let request = tenant.post("/passwordless/start", &valid()).basic_auth("web", Some("wrong"));
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
    let response = tenant.post("/passwordless/start", &valid()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(tenant.messages().await.len(), 1);
}

#[rstest]
#[case::of_callback("http://localhost:3000", true)]
#[case::of_web_origins("http://localhost:5000", true)]
#[case::unregistered("https://evil.example", false)]
#[tokio::test]
async fn start_allows_cors_for_client_origins_only(#[case] origin: &str, #[case] allowed: bool) {
    let tenant = TestTenant::start().await;
    let preflight = tenant
        .http
        .request(reqwest::Method::OPTIONS, tenant.url("/passwordless/start"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,auth0-client");
    for request in [preflight, tenant.post("/passwordless/start", &valid()).header("origin", origin)] {
        let response = request.send().await.unwrap();
        let found = response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(found, allowed.then_some(origin));
    }
}

#[rstest]
#[case::request_language("x-request-language", "de", "Ihr Bestätigungscode lautet: {code} (Web)")]
#[case::region("x-request-language", "pt-BR", "Seu código de verificação é: {code} (Web)")]
#[case::script("accept-language", "zh-Hant-HK, en;q=0.5", "您的驗證碼是：{code}（Web）")]
#[case::right_to_left("accept-language", "ar-EG", "رمز التحقق الخاص بك هو: {code} (Web)")]
#[case::second_language("accept-language", "gsw, fr;q=0.8", "Votre code de vérification est : {code} (Web)")]
#[case::no_language_of_ours("x-request-language", "tlh", "Your verification code is: {code} (Web)")]
#[tokio::test]
async fn message_is_in_the_language_of_the_request(#[case] header: &str, #[case] value: &str, #[case] expected: &str) {
    let tenant = TestTenant::start().await;
    let request = tenant.post("/passwordless/start", &valid()).header(header, value);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let expected = expected.replace("{code}", &tenant.newest_code().await);
    assert_eq!(tenant.messages().await[0]["body"], expected);
}

#[rstest]
#[case::request_language("x-request-language", "de-AT", "de-AT")]
#[case::accept_language("accept-language", "fr-FR, en;q=0.5", "fr-FR")]
#[case::any_language("accept-language", "*", "en")]
#[tokio::test]
async fn start_reports_request_language(#[case] header: &str, #[case] value: &str, #[case] expected: &str) {
    let tenant = TestTenant::start().await;
    let response = tenant.post("/passwordless/start", &valid()).header(header, value).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["request_language"], expected);
}
