//! "Last time you logged in with …".

use crate::support::{PHONE, program::Program};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use rstest::rstest;

const OFFER: &str = "Last time you logged in with";

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn last_number_is_offered_masked(#[case] flow: &str) {
    let program = Program::both(&["--remember-last-login", "--auth0-login-flow", flow]).await;
    let browser = program.browser();
    assert!(!browser.open("/login").await.shows(&format!("{OFFER} +")));
    browser.sign_in(&program, PHONE).await;
    browser.submit("/profile", "/logout", &[]).await;

    let page = browser.open("/login").await;
    assert!(page.shows(&format!("{OFFER} +14•••••••71.")), "{flow}");
    assert!(!page.text.contains("4155552671"));

    program.clock.advance(time::Duration::minutes(10));
    assert!(matches!(
        browser.start_with(&[("phone_number", ""), ("last_login", "on")]).await,
        StartOutcome::CodeSent(_)
    ));
    let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}

#[tokio::test]
async fn last_number_is_offered_only_if_configured() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    browser.submit("/profile", "/logout", &[]).await;
    assert!(!browser.open("/login").await.shows(&format!("{OFFER} +")));
    let outcome = browser.start_with(&[("phone_number", ""), ("last_login", "on")]).await;
    assert_eq!(outcome, StartOutcome::Refused(Refusal::NoPendingLogin));
}
