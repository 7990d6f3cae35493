//! What becomes of codes that are wrong, late, used, or tried too often.

use crate::support::{
    PHONE,
    program::{Program, wrong},
};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use rstest::rstest;
use time::Duration;
use tokio::task::JoinSet;

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn wrong_code_reports_the_attempts_left(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    for left in [2, 1, 0] {
        let refusal = browser.refusal_of(&wrong(&code)).await;
        assert_eq!(refusal, Refusal::WrongCode { attempts_left: Some(left) }, "{flow}");
    }
    assert_eq!(browser.refusal_of(&code).await, Refusal::TooManyAttempts, "{flow}");
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn code_expires(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    program.clock.advance(Duration::seconds(181));
    assert_eq!(browser.refusal_of(&code).await, Refusal::CodeExpired, "{flow}");
}

#[tokio::test]
async fn used_code_is_a_wrong_code() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let (one, other) = (program.browser(), program.browser());
    one.start(PHONE).await;
    other.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    assert!(matches!(other.verify(&code).await, VerifyOutcome::Verified { .. }));
    assert!(matches!(one.refusal_of(&code).await, Refusal::WrongCode { .. }));
}

#[tokio::test]
async fn new_code_replaces_the_previous_one() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    assert_eq!(browser.resend().await, StartOutcome::Refused(Refusal::RateLimited { retry_after: Some(30) }));
    program.clock.advance(Duration::seconds(30));
    assert!(matches!(browser.resend().await, StartOutcome::CodeSent(_)));

    let codes = program.codes_sent_to(PHONE).await;
    let [new, old] = &codes[..] else { panic!("two messages, not {}", codes.len()) };
    if new != old {
        assert_eq!(browser.refusal_of(old).await, Refusal::CodeReplaced);
    }
    assert!(matches!(browser.verify(new).await, VerifyOutcome::Verified { .. }));
}

#[tokio::test]
async fn concurrent_verify_requests_use_a_code_once() {
    let unlimited = ["--limit-starts-per-phone-hour", "0"];
    let program = Program::both(&[&["--auth0-login-flow", "token"], &unlimited[..]].concat()).await;
    let mut browsers = Vec::new();
    for _ in 0..20 {
        browsers.push(program.browser());
    }
    // Every browser has the login under way; the code of the last message is the one that is right.
    for browser in &browsers {
        assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));
    }
    let code = program.code_sent_to(PHONE).await;

    let mut tries = JoinSet::new();
    for browser in browsers {
        let code = code.clone();
        tries.spawn(async move { matches!(browser.verify(&code).await, VerifyOutcome::Verified { .. }) });
    }
    let wins = tries.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(wins, 1);
}

#[tokio::test]
async fn malformed_code_costs_no_attempt() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    assert_eq!(browser.refusal_of("  ").await, Refusal::CodeMissing);
    assert_eq!(browser.refusal_of("12").await, Refusal::CodeIncomplete { digits: 6 });
    assert_eq!(browser.refusal_of("hello").await, Refusal::CodeMalformed);
    assert_eq!(browser.refusal_of(&wrong(&code)).await, Refusal::WrongCode { attempts_left: Some(2) });
}

#[tokio::test]
async fn verify_and_resend_need_a_pending_login() {
    let program = Program::both(&[]).await;
    assert_eq!(program.browser().refusal_of("123456").await, Refusal::NoPendingLogin);
    assert_eq!(program.browser().resend().await, StartOutcome::Refused(Refusal::NoPendingLogin));
}

#[tokio::test]
async fn database_holds_no_code_in_clear() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    browser.refusal_of(&wrong(&code)).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
    browser.open(continue_to).await;
    let database = program.database().await;
    assert!(database.windows(PHONE.len()).any(|window| window == PHONE.as_bytes()), "the database was read");
    assert!(!database.windows(code.len()).any(|window| window == code.as_bytes()));
}
