//! Cases of `docs/field-cases.md` that an HTTP client can try.

use crate::support::{
    PHONE,
    fake_tenant::{FakeTenant, Key},
    program::Program,
};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use reqwest::StatusCode;
use serde_json::json;
use time::Duration;
use wiremock::ResponseTemplate;

#[tokio::test]
async fn prefetched_link_starts_no_login() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch")] {
        let request = reqwest::Client::new().get(browser.url("/login/hosted")).header(name, value);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{name}");
        assert!(response.headers().get("set-cookie").is_none(), "{name}");
    }
}

#[tokio::test]
async fn default_country_must_be_allowed() {
    let program = Program::both(&["--limit-countries", "DE,AT,CH"]).await;
    for (languages, country) in [("en-US", "DE"), ("fr-FR", "DE"), ("de-AT", "AT")] {
        let page = program.browser().get_in("/login", languages).await;
        assert!(page.contains(&format!(r#"<option value="{country}" selected>"#)), "{languages}");
    }
}

#[tokio::test]
async fn tenant_without_metadata_works() {
    for metadata in [
        ResponseTemplate::new(404).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "passwordless_code_challenge_methods_supported": null })),
    ] {
        let tenant = FakeTenant::new().await;
        tenant.says("GET", "/.well-known/openid-configuration", metadata).await;
        tenant.is_friendly().await;
        tenant.has_key(&Key::generate()).await;
        let program = Program::app(&tenant.origin(), &[]).await;
        let browser = program.browser();
        browser.start(PHONE).await;
        let outcome = browser.verify("123456").await;
        let VerifyOutcome::Verified { continue_to } = outcome else { panic!("{outcome:?}") };
        assert!(!continue_to.contains("code_challenge"));
    }
}

#[tokio::test]
async fn rate_limited_start_keeps_the_previous_code() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let form = [("phone_number", "415 555 2671"), ("country", "US")];
    for _ in 0..3 {
        browser.submit("/login", "/api/passwordless/start", &form).await;
    }
    let page = browser.submit("/login?edit", "/api/passwordless/start", &form).await;
    assert!(page.shows("Please try again in") && page.shows("has been sent to +1 415 555 2671."));
    let code = program.code_sent_to(PHONE).await;
    let name = page.url.query_pairs().find(|(name, _)| name == "login").unwrap().1.into_owned();
    let outcome = browser.verify_for(&name, &code).await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}

#[tokio::test]
async fn old_refusal_is_not_on_a_fresh_page() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let sentence = "This can&#x27;t be a phone number.";
    let page = browser.submit("/login", "/api/passwordless/start", &[("phone_number", "12")]).await;
    assert!(page.shows(sentence) || page.shows("This can't be a phone number."), "{}", page.text);
    let page = browser.open("/").await;
    assert!(!page.shows(sentence) && !page.shows("This can't be a phone number."));
}

#[tokio::test]
async fn expired_code_is_reported_on_return() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    assert!(!browser.open("/login").await.shows("This code has expired."));
    program.clock.advance(Duration::minutes(20));
    assert!(browser.open("/login").await.shows("This code has expired."));
}

#[tokio::test]
async fn private_form_leads_to_login_and_back() {
    let program = Program::both(&[]).await;
    let page = program.browser().submit("/profile?tab=1", "/profile", &[("name", "x")]).await;
    assert_eq!((page.url.path(), page.url.query()), ("/login", Some("return_to=%2Fprofile")));
}

#[tokio::test]
async fn login_does_not_return_to_the_login_page() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    for path in ["/callback?code=1&state=2", "/logout", "/login/hosted"] {
        let browser = program.browser();
        browser.start_from(PHONE, path).await;
        let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
        assert_eq!(outcome, VerifyOutcome::Verified { continue_to: "/".to_owned() }, "{path}");
        program.clock.advance(Duration::minutes(10));
    }
}

#[tokio::test]
async fn external_tenant_may_use_another_code_length() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    tenant.has_key(&Key::generate()).await;
    let program = Program::app(&tenant.origin(), &["--code-length", "8", "--code-lifetime-seconds", "600"]).await;
    let browser = program.browser();
    let StartOutcome::CodeSent(sent) = browser.start(PHONE).await else { panic!("no code was sent") };
    assert_eq!((sent.code_length, sent.expires_in), (8, 600));
    assert_eq!(browser.refusal_of("123456").await, Refusal::CodeIncomplete { digits: 8 });
    assert!(matches!(browser.verify("12345678").await, VerifyOutcome::Verified { .. }));
}

#[tokio::test]
async fn many_foreign_cookies_do_not_prevent_a_login() {
    let program = Program::both(&[]).await;
    let cookies = (0..60).map(|n| format!("c{n}={}", "x".repeat(1000))).collect::<Vec<_>>().join("; ");
    let request = reqwest::Client::new().get(program.browser().url("/login")).header("cookie", cookies);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}
