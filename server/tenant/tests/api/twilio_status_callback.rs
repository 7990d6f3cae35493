//! `POST /twilio/status`: Twilio's status callbacks.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use passwordless_tenant::{Retries, Sms, TwilioConfig, messages};
use reqwest::Response;
use rstest::rstest;
use serde_json::json;
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, method},
};

use crate::support::{PHONE, TWILIO_ACCOUNT, TWILIO_TOKEN, TenantOptions, TestTenant, log, twilio_config};

const STATUS_URL: &str = "https://login.example/twilio/status";

/// A tenant at an https URL that has sent one message, which Twilio accepted as `SM1`.
async fn with_a_message() -> TestTenant {
    let double = MockServer::start().await;
    let created = ResponseTemplate::new(201).set_body_json(json!({"sid": "SM1", "status": "queued"}));
    Mock::given(method("POST"))
        .and(body_string_contains("StatusCallback=https%3A%2F%2Flogin.example%2Ftwilio%2Fstatus"))
        .respond_with(created)
        .expect(1)
        .mount(&double)
        .await;
    let sms = Sms::Twilio(TwilioConfig { retries: Retries::default(), ..twilio_config(&double.uri()) });
    let public_url = Url::parse("https://login.example").ok();
    let tenant = TestTenant::with(TenantOptions { sms, public_url, ..TenantOptions::default() }).await;
    let body = json!({"client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": PHONE});
    assert_eq!(tenant.post("/passwordless/start", &body).send().await.unwrap().status(), 200);
    tenant
}

fn signature(url: &str, token: &str, form: &[(&str, &str)]) -> String {
    let mut sorted = form.to_vec();
    sorted.sort_unstable();
    let signed: String = url.to_owned() + &sorted.iter().flat_map(|(name, value)| [*name, *value]).collect::<String>();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
}

async fn report(tenant: &TestTenant, message_id: &str, more: &[(&str, &str)]) -> u16 {
    let form = [&[("MessageSid", message_id), ("AccountSid", TWILIO_ACCOUNT), ("To", PHONE)], more].concat();
    let signature = signature(STATUS_URL, TWILIO_TOKEN, &form);
    send(tenant, &form, Some(&signature)).await.status().as_u16()
}

async fn send(tenant: &TestTenant, form: &[(&str, &str)], signature: Option<&str>) -> Response {
    let mut request = tenant.http.post(tenant.url("/twilio/status")).form(form);
    if let Some(signature) = signature {
        request = request.header("x-twilio-signature", signature);
    }
    request.send().await.unwrap()
}

async fn state(tenant: &TestTenant) -> (String, Option<i64>) {
    let messages = messages(&tenant.pool, 10).await.unwrap();
    let message = messages.into_iter().find(|message| message.message_id == "SM1").unwrap();
    assert_eq!(message.connection.as_deref(), Some("sms"));
    assert_eq!(message.recipient.as_deref(), Some("+14•••••••71"));
    (message.status, message.error_code)
}

#[tokio::test]
async fn status_callbacks_in_any_order_give_latest_status() {
    let tenant = with_a_message().await;
    assert_eq!(state(&tenant).await, ("accepted".to_owned(), None));
    assert_eq!(report(&tenant, "SM1", &[("MessageStatus", "sent")]).await, 204);
    assert_eq!(report(&tenant, "SM1", &[("MessageStatus", "queued")]).await, 204);
    assert_eq!(state(&tenant).await, ("sent".to_owned(), None));
    assert_eq!(report(&tenant, "SM1", &[("MessageStatus", "undelivered"), ("ErrorCode", "30003")]).await, 204);
    assert_eq!(report(&tenant, "SM1", &[("MessageStatus", "sending")]).await, 204);
    assert_eq!(report(&tenant, "SM1", &[("MessageStatus", "something new")]).await, 204);
    assert_eq!(state(&tenant).await, ("undelivered".to_owned(), Some(30003)));
    assert!(log::text().contains("30003") && !log::text().contains(PHONE));
}

#[tokio::test]
async fn status_callback_before_send_response_is_stored() {
    let tenant = with_a_message().await;
    assert_eq!(report(&tenant, "SM2", &[("MessageStatus", "delivered")]).await, 204);
    let found = messages(&tenant.pool, 10).await.unwrap().into_iter().find(|message| message.message_id == "SM2");
    assert!(found.is_some_and(|message| message.status == "delivered" && message.connection.is_none()));
}

const DELIVERED: [(&str, &str); 3] =
    [("MessageSid", "SM1"), ("AccountSid", TWILIO_ACCOUNT), ("MessageStatus", "delivered")];

#[rstest]
#[case::missing(None)]
#[case::empty(Some(String::new()))]
#[case::not_base64(Some("!".to_owned()))]
#[case::by_another_token(Some(signature(STATUS_URL, "another-token", &DELIVERED)))]
#[case::for_another_url(Some(signature("https://login.example/elsewhere", TWILIO_TOKEN, &DELIVERED)))]
#[tokio::test]
async fn status_callback_without_valid_signature_is_refused(#[case] forged: Option<String>) {
    let tenant = with_a_message().await;
    assert_eq!(send(&tenant, &DELIVERED, forged.as_deref()).await.status(), 403);
    assert_eq!(state(&tenant).await, ("accepted".to_owned(), None));
    let good = signature(STATUS_URL, TWILIO_TOKEN, &DELIVERED);
    assert_eq!(send(&tenant, &DELIVERED, Some(&good)).await.status(), 204);
}

#[tokio::test]
async fn status_callback_with_changed_body_is_refused() {
    let tenant = with_a_message().await;
    let good = signature(STATUS_URL, TWILIO_TOKEN, &DELIVERED);
    let changed = [("MessageSid", "SM1"), ("AccountSid", TWILIO_ACCOUNT), ("MessageStatus", "failed")];
    assert_eq!(send(&tenant, &changed, Some(&good)).await.status(), 403);
    assert_eq!(state(&tenant).await, ("accepted".to_owned(), None));
}

#[tokio::test]
async fn status_callback_of_unknown_account_is_refused() {
    let tenant = with_a_message().await;
    let unknown = [("MessageSid", "SM1"), ("AccountSid", "AC9"), ("MessageStatus", "delivered")];
    let signed = signature(STATUS_URL, TWILIO_TOKEN, &unknown);
    assert_eq!(send(&tenant, &unknown, Some(&signed)).await.status(), 403);
    assert_eq!(state(&tenant).await, ("accepted".to_owned(), None));
}
