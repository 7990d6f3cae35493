//! The Twilio sender, against a double of Twilio.

use rstest::rstest;
use std::time::{Duration, Instant};

use passwordless_tenant::{Sms, TwilioConfig, TwilioFrom};
use reqwest::Response;
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{basic_auth, body_string_contains, method, path},
};

use crate::support::{
    PHONE, TWILIO_ACCOUNT, TWILIO_TOKEN, TenantOptions, TestTenant, Visitor, assert_error, log, twilio_config,
};

const PATH: &str = "/2010-04-01/Accounts/AC0123/Messages.json";

async fn tenant(config: TwilioConfig) -> TestTenant {
    TestTenant::with(TenantOptions { sms: Sms::Twilio(config), ..TenantOptions::default() }).await
}

async fn start(tenant: &TestTenant) -> Response {
    let body = json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE});
    tenant.post("/passwordless/start", &body).send().await.unwrap()
}

/// Without the client secret, by a script.
async fn start_unauthenticated(tenant: &TestTenant) -> Response {
    let body = json!({"client_id": "web", "connection": "sms", "phone_number": PHONE});
    let request = tenant.post("/passwordless/start", &body).header("origin", "http://localhost:5000");
    request.send().await.unwrap()
}

#[rstest]
#[case::from_number(TwilioFrom::Number("+15005550006".to_owned()), "From=%2B15005550006")]
#[case::from_messaging_service(TwilioFrom::MessagingService("MG77".to_owned()), "MessagingServiceSid=MG77")]
#[tokio::test]
async fn twilio_request_has_documented_fields(#[case] from: TwilioFrom, #[case] field: &str) {
    let double = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(PATH))
        .and(basic_auth(TWILIO_ACCOUNT, TWILIO_TOKEN))
        .and(body_string_contains("To=%2B14155552671"))
        .and(body_string_contains(field))
        .and(body_string_contains("Body=Your+verification+code+is%3A+"))
        .and(body_string_contains("ValidityPeriod=180"))
        .and(body_string_contains("ContentRetention=discard"))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({"sid": "SM1", "status": "queued"})))
        .expect(1)
        .mount(&double)
        .await;
    let tenant = tenant(TwilioConfig { from, ..twilio_config(&double.uri()) }).await;
    assert_eq!(start(&tenant).await.status(), 200);
}

#[rstest]
#[case::invalid_to_number(
    400,
    r#"{"code": 21211, "message": "Invalid 'To' Phone Number"}"#,
    "bad.phone_number",
    "Invalid 'To' Phone Number (Code: 21211)"
)]
#[case::to_number_not_mobile(
    400,
    r#"{"code": 21614, "message": "Not a mobile number"}"#,
    "sms_provider_error",
    "Not a mobile number (Code: 21614)"
)]
#[case::not_authenticated(
    401,
    r#"{"code": 20003, "message": "Authenticate"}"#,
    "sms_provider_error",
    "Authenticate (Code: 20003)"
)]
#[case::too_many_requests(
    429,
    r#"{"code": 20429, "message": "Too Many Requests"}"#,
    "sms_provider_error",
    "Too Many Requests (Code: 20429)"
)]
#[case::html_page(
    502,
    "<html>",
    "sms_provider_error",
    "Unexpected response while calling the SMS provider (Code: 502)"
)]
#[case::redirect(307, "", "sms_provider_error", "Unexpected response while calling the SMS provider (Code: 307)")]
#[tokio::test]
async fn twilio_refusal_becomes_auth0_error_without_retry(
    #[case] status: u16,
    #[case] body: &str,
    #[case] error: &str,
    #[case] description: &str,
) {
    let double = MockServer::start().await;
    let answer = ResponseTemplate::new(status).insert_header("location", "/elsewhere").set_body_string(body);
    Mock::given(method("POST")).respond_with(answer).expect(1).mount(&double).await;
    let tenant = tenant(twilio_config(&double.uri())).await;
    assert_error(start(&tenant).await, 400, error, description).await;
}

/// Twilio's messages can name the operator's account.
#[tokio::test]
async fn twilio_error_message_is_hidden_from_unauthenticated_clients() {
    let double = MockServer::start().await;
    let body = json!({"code": 21608, "message": "Unverified for account AC0123 and +14155552671"});
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(400).set_body_json(body)).mount(&double).await;
    let tenant = tenant(twilio_config(&double.uri())).await;
    let sentence = "The SMS provider did not take the message (Code: 21608)";
    assert_error(start_unauthenticated(&tenant).await, 400, "sms_provider_error", sentence).await;
}

#[rstest]
#[case::accepted(201, 200)]
#[case::refused(400, 400)]
#[tokio::test]
async fn twilio_response_is_read_up_to_a_limit(#[case] status: u16, #[case] expected: u16) {
    let double = MockServer::start().await;
    let body = json!({"sid": "SM1", "code": 21211, "message": "x".repeat(1 << 20)});
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("POST")).respond_with(answer).expect(1).mount(&double).await;
    let tenant = tenant(twilio_config(&double.uri())).await;
    let response = start(&tenant).await;
    assert_eq!(response.status(), expected);
    assert!(!response.text().await.unwrap().contains("xxx"));
}

#[tokio::test]
async fn twilio_being_unreachable_is_reported() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let tenant = tenant(twilio_config(&nobody)).await;
    assert_error(start(&tenant).await, 400, "sms_provider_error", "The SMS provider could not be reached").await;
}

/// The login page after Twilio refuses a message with this code; Twilio's message names the number.
async fn page_after(code: i64) -> (TestTenant, String) {
    let double = MockServer::start().await;
    let answer = json!({"code": code, "message": format!("The 'To' number {PHONE} is refused: 21211.")});
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(400).set_body_json(answer)).mount(&double).await;
    let tenant = tenant(twilio_config(&double.uri())).await;
    let page = Visitor::start_login(&tenant, &[]).await.post_and_read("start", ("phone_number", PHONE)).await;
    (tenant, page)
}

#[rstest]
#[case::invalid_to_number(21211, "NumberInvalid", "invalid recipient")]
#[case::recipient_unsubscribed(21610, "OptedOut", "refused")]
#[case::region_not_permitted(21408, "Country", "refused")]
#[case::to_number_not_mobile(21614, "SmsFailed", "refused")]
#[case::account_suspended(30002, "SmsFailed", "refused")]
#[tokio::test]
async fn twilio_error_is_shown_on_login_page_and_logged_without_number(
    #[case] code: i64,
    #[case] notice: &str,
    #[case] reason: &str,
) {
    let (tenant, page) = page_after(code).await;
    assert!(page.contains(notice), "{page}");
    let log = log::text();
    assert!(log.contains(notice) && !log.contains(PHONE));
    let line = format!("a message was not taken connection=\"sms\" reason=\"{reason}\" code={code}\n");
    assert!(log.contains(&line), "{line}{log}");
    let entries = passwordless_tenant::logs(&tenant.pool, 1).await.unwrap();
    let description = format!("the SMS provider did not take the message (Code: {code})");
    assert_eq!(entries[0].description.as_deref(), Some(description.as_str()));
}

#[tokio::test]
async fn start_for_blocked_user_takes_as_long_as_for_others() {
    let slow = Duration::from_millis(150);
    let double = MockServer::start().await;
    let taken = ResponseTemplate::new(201).set_body_json(json!({"sid": "SM1", "status": "queued"}));
    Mock::given(method("POST")).respond_with(taken.set_delay(slow)).expect(1).mount(&double).await;
    let tenant = tenant(twilio_config(&double.uri())).await;
    let known = start(&tenant).await;
    let add = "INSERT INTO tenant_users (connection, phone_number, user_id, blocked, created_at, updated_at) \
               VALUES ('sms', $1, 'u', TRUE, 0, 0)";
    sqlx::query(add).bind(PHONE).execute(&tenant.pool).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is tested")]
    let began = Instant::now();
    let blocked = start(&tenant).await;
    assert!(began.elapsed() >= slow);
    assert_eq!(blocked.status(), known.status());
}
