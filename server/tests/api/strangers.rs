//! Strangers who know a number lock its owner out of nothing.

use crate::support::{
    PHONE,
    browser::Browser,
    program::{Program, wrong},
};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use rstest::rstest;
use time::Duration;

fn is_sent(outcome: &StartOutcome) -> bool {
    matches!(outcome, StartOutcome::CodeSent(_))
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn code_requested_by_a_stranger_keeps_the_owners_valid(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let (owner, stranger) = (program.browser(), program.browser());
    assert!(is_sent(&owner.start(PHONE).await));
    let code = program.code_sent_to(PHONE).await;
    assert!(is_sent(&stranger.start(PHONE).await));
    assert_eq!(stranger.refusal_of(&code).await, Refusal::CodeReplaced, "{flow}");
    let VerifyOutcome::Verified { continue_to } = owner.verify(&code).await else { panic!("{flow}") };
    owner.open(continue_to).await;
    assert!(owner.open("/profile").await.shows(PHONE), "{flow}");
}

#[tokio::test]
async fn newest_code_is_valid_in_every_tab() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let login = async || match browser.start(PHONE).await {
        StartOutcome::CodeSent(sent) => sent.login,
        refused => panic!("{refused:?}"),
    };
    let (first, _second) = (login().await, login().await);
    let outcome = browser.verify_for(&first, &program.code_sent_to(PHONE).await).await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}

/// Asks for codes and guesses until neither is heeded.
async fn use_up(program: &Program) {
    let stranger = program.browser();
    for _ in 0..30 {
        program.clock.advance(Duration::minutes(2));
        if is_sent(&stranger.start(PHONE).await) {
            let wrong = wrong(&program.code_sent_to(PHONE).await);
            for _ in 0..3 {
                stranger.verify(&wrong).await;
            }
        }
    }
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn known_browser_signs_in_despite_used_up_limits(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow, "--limit-starts-per-ip-hour", "0"]).await;
    let owner = program.browser();
    owner.sign_in(&program, PHONE).await;
    owner.submit("/profile", "/logout", &[]).await;
    use_up(&program).await;
    // Until strangers have none left.
    let unknown = Browser::new(&program.app);
    let mut sent = 0;
    while is_sent(&unknown.start(PHONE).await) {
        sent += 1;
    }
    assert!(sent <= 10, "{flow}: {sent}");
    owner.sign_in(&program, PHONE).await;
    assert!(owner.open("/profile").await.shows(PHONE), "{flow}");
}
