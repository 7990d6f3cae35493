//! Who has to accept the terms does so before anything else, and that is kept.

use crate::support::{PHONE, program::Program};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use rstest::rstest;

const LINKS: [&str; 4] = ["--terms-url", "https://app.example/terms", "--privacy-url", "https://app.example/privacy"];

async fn with_terms(arguments: &[&str]) -> Program {
    Program::both(&[&LINKS[..], arguments].concat()).await
}

#[tokio::test]
async fn terms_cannot_be_bypassed() {
    let program = with_terms(&["--must-accept-terms"]).await;
    let browser = program.browser();
    assert_eq!(browser.start(PHONE).await, StartOutcome::Refused(Refusal::TermsNotAccepted));
    for page in ["/login", "/login/custom"] {
        let page = browser.submit(page, "/api/passwordless/start", &[("phone_number", PHONE)]).await;
        assert!(page.shows("Please accept the terms to go on."), "{}", page.url);
    }
    let page = browser.open("/login/hosted?return_to=/profile").await;
    assert_eq!(page.url.path(), "/login");
    assert!(page.url.query().is_some_and(|query| query.starts_with("return_to=%2Fprofile&login=")), "{}", page.url);
    assert!(page.shows("Please accept the terms to go on."));
    assert_eq!(browser.resend().await, StartOutcome::Refused(Refusal::NoPendingLogin));
    assert!(program.codes_sent_to(PHONE).await.is_empty());
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn consent_is_recorded_with_version_and_time(#[case] flow: &str) {
    let program = with_terms(&["--must-accept-terms", "--terms-version", "2026-11", "--auth0-login-flow", flow]).await;
    let browser = program.browser();
    let fields = [("phone_number", PHONE), ("accept_terms", "on"), ("return_to", "/profile")];
    assert!(matches!(browser.start_with(&fields).await, StartOutcome::CodeSent(_)));
    let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
    let VerifyOutcome::Verified { continue_to } = outcome else { panic!("{outcome:?}") };
    let profile = browser.open(continue_to).await;
    assert!(profile.shows("Terms accepted") && profile.shows("version 2026-11, "), "{flow}");
}

#[tokio::test]
async fn terms_without_must_accept_do_not_block_a_login() {
    let program = with_terms(&[]).await;
    let browser = program.browser();
    let page = browser.open("/login").await;
    assert!(page.shows("By signing up, you agree to our terms of service and privacy policy."));
    assert!(page.shows(r#"href="https://app.example/terms""#) && page.shows(r#"href="https://app.example/privacy""#));
    browser.sign_in(&program, PHONE).await;
    assert!(!browser.open("/profile").await.shows("Terms accepted"));
}
