//! A tenant that hangs, fails, or answers in another language.

use crate::support::{
    PHONE,
    fake_tenant::{FakeTenant, Key},
    program::Program,
};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use rstest::rstest;
use std::time::Duration;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

fn troubles() -> Vec<(&'static str, ResponseTemplate)> {
    let html = "<!DOCTYPE html><h1>Bad gateway</h1>";
    vec![
        ("hangs", ResponseTemplate::new(200).set_delay(Duration::from_mins(1))),
        ("fails", ResponseTemplate::new(500).set_body_string("oops")),
        ("answers HTML", ResponseTemplate::new(502).set_body_raw(html, "text/html")),
        ("redirects", ResponseTemplate::new(302).insert_header("location", "https://evil.example/")),
        ("answers 4xx without a word", ResponseTemplate::new(404)),
        ("answers too much", ResponseTemplate::new(200).set_body_string("x".repeat(1_000_000))),
    ]
}

#[tokio::test]
async fn start_fails_while_the_tenant_is_down() {
    for (trouble, answer) in troubles() {
        let tenant = FakeTenant::new().await;
        tenant.says("POST", "/passwordless/start", answer).await;
        let program = Program::app(&tenant.origin(), &[]).await;
        let outcome = program.browser().start(PHONE).await;
        assert_eq!(outcome, StartOutcome::Refused(Refusal::TenantUnavailable), "{trouble}");
    }
}

#[tokio::test]
async fn start_fails_where_the_tenant_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tenant = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // With bytes unread, this resets the connection.
            stream.readable().await.unwrap();
        }
    });
    let program = Program::app(&tenant, &[]).await;
    assert_eq!(program.browser().start(PHONE).await, StartOutcome::Refused(Refusal::TenantUnavailable));
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn verify_fails_while_the_tenant_is_down(#[case] flow: &str) {
    for (trouble, answer) in troubles() {
        let tenant = FakeTenant::new().await;
        let path = if flow == "redirect" { "/passwordless/verify" } else { "/oauth/token" };
        tenant.says("POST", path, answer).await;
        tenant.is_friendly().await;
        let program = Program::app(&tenant.origin(), &["--auth0-login-flow", flow]).await;
        let browser = program.browser();
        browser.start(PHONE).await;
        let outcome = browser.verify("123456").await;
        assert_eq!(outcome, VerifyOutcome::Refused(Refusal::TenantUnavailable), "{flow}: {trouble}");
    }
}

#[tokio::test]
async fn unreachable_tenant_is_reported_and_the_number_kept() {
    let program = Program::app("http://localhost:9", &[]).await;
    let browser = program.browser();
    let fields = [("phone_number", "415 555 2671"), ("country", "US")];
    let page = browser.submit("/login", "/api/passwordless/start", &fields).await;
    assert!(page.shows("The login service can&#x27;t be reached.") || page.text.contains("can't be reached"));
    assert!(page.shows(r#"value="415 555 2671""#));
}

#[tokio::test]
async fn start_errors_about_the_number_and_about_the_client_differ() {
    let refusals = [
        (400, r#"{"error":"bad.phone_number","error_description":"no"}"#, Refusal::PhoneNumberInvalid),
        (400, r#"{"error":"sms_provider_error","error_description":"no (Code: 30001)"}"#, Refusal::SmsNotSent),
        (429, r#"{"error":"too_many_requests","retry_after":17}"#, Refusal::RateLimited { retry_after: Some(17) }),
        (429, r#"{"error":"too_many_requests"}"#, Refusal::RateLimited { retry_after: None }),
        (401, r#"{"error":"invalid_client","error_description":"Unauthorized"}"#, Refusal::Misconfigured),
    ];
    for (status, body, expected) in refusals {
        let tenant = FakeTenant::new().await;
        let answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
        tenant.says("POST", "/passwordless/start", answer).await;
        let program = Program::app(&tenant.origin(), &[]).await;
        assert_eq!(program.browser().start(PHONE).await, StartOutcome::Refused(expected), "{body}");
    }
}

#[tokio::test]
async fn verify_errors_are_told_apart() {
    let refusals = [
        (
            403,
            r#"{"error":"access_denied","error_description":"Your trial period has expired."}"#,
            Refusal::Denied("Your trial period has expired.".to_owned()),
        ),
        (
            500,
            r#"{"error":"access_denied","error_description":"Come back on Monday."}"#,
            Refusal::Denied("Come back on Monday.".to_owned()),
        ),
        (403, r#"{"error":"mfa_required","mfa_token":"t"}"#, Refusal::MoreSteps),
        (401, r#"{"error":"requires_verification"}"#, Refusal::MoreSteps),
        (429, "<html>slow down", Refusal::RateLimited { retry_after: Some(9) }),
    ];
    for (flow, path) in [("redirect", "/passwordless/verify"), ("token", "/oauth/token")] {
        for (status, body, expected) in &refusals {
            let tenant = FakeTenant::new().await;
            let answer = ResponseTemplate::new(*status).set_body_raw(*body, "application/json");
            tenant.says("POST", path, answer.insert_header("retry-after", "9")).await;
            tenant.is_friendly().await;
            tenant.has_key(&Key::generate()).await;
            let program = Program::app(&tenant.origin(), &["--auth0-login-flow", flow]).await;
            let browser = program.browser();
            browser.start(PHONE).await;
            assert_eq!(browser.verify("123456").await, VerifyOutcome::Refused(expected.clone()), "{flow}: {body}");
        }
    }
}

#[tokio::test]
async fn mfa_required_leads_to_the_hosted_login() {
    let tenant = FakeTenant::new().await;
    let more = ResponseTemplate::new(403).set_body_raw(r#"{"error":"mfa_required"}"#, "application/json");
    tenant.says("POST", "/passwordless/verify", more).await;
    tenant.is_friendly().await;
    let program = Program::app(&tenant.origin(), &[]).await;
    let browser = program.browser();
    let form = [("phone_number", PHONE), ("return_to", "/profile")];
    browser.submit("/login", "/api/passwordless/start", &form).await;
    let page = browser.submit("/login", "/api/passwordless/verify", &[("code", "123456")]).await;
    assert!(page.shows("One more step is needed before you are logged in."));
    assert!(page.text.contains(r#"href="/login/hosted?return_to=%2Fprofile""#));
}

#[tokio::test]
async fn message_of_the_tenant_is_shown_and_escaped() {
    let tenant = FakeTenant::new().await;
    let denied = r#"{"error":"access_denied","error_description":"<b>Not</b> you, please."}"#;
    tenant
        .says("POST", "/passwordless/verify", ResponseTemplate::new(403).set_body_raw(denied, "application/json"))
        .await;
    tenant.is_friendly().await;
    let program = Program::app(&tenant.origin(), &[]).await;
    let browser = program.browser();
    browser.submit("/login", "/api/passwordless/start", &[("phone_number", PHONE)]).await;
    let page = browser.submit("/login", "/api/passwordless/verify", &[("code", "123456")]).await;
    assert!(page.shows("&lt;b>Not&lt;/b> you, please.") || page.shows("&lt;b&gt;Not&lt;/b&gt; you, please."));
    assert!(!page.shows("<b>Not"));
}

#[tokio::test]
async fn tenant_receives_the_client_address_and_the_secret() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let program = Program::app(&tenant.origin(), &["--trusted-proxies", "127.0.0.0/8"]).await;
    let call = program.browser().call("start").header("x-forwarded-for", "198.51.100.7");
    call.form(&[("phone_number", PHONE)]).send().await.unwrap();
    let requests = tenant.server.received_requests().await.unwrap_or_default();
    let start = requests.iter().find(|request| request.url.path() == "/passwordless/start").expect("a start");
    assert_eq!(start.headers["auth0-forwarded-for"], "198.51.100.7");
    let body: serde_json::Value = serde_json::from_slice(&start.body).unwrap();
    assert_eq!((&body["client_secret"], &body["phone_number"]), (&"secret".into(), &PHONE.into()));
}
