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
async fn a_wrong_code_says_how_many_tries_are_left_until_none_is(#[case] flow: &str) {
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
async fn a_code_expires(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    program.clock.advance(Duration::seconds(181));
    assert_eq!(browser.refusal_of(&code).await, Refusal::CodeExpired, "{flow}");
}

#[tokio::test]
async fn a_used_code_is_a_wrong_code() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let (one, other) = (program.browser(), program.browser());
    one.start(PHONE).await;
    other.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    assert!(matches!(other.verify(&code).await, VerifyOutcome::Verified { .. }));
    assert!(matches!(one.refusal_of(&code).await, Refusal::WrongCode { .. }));
}

#[tokio::test]
async fn a_new_code_makes_the_one_before_it_wrong() {
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
async fn of_twenty_tries_at_once_with_the_right_code_one_wins() {
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
async fn what_cannot_be_a_code_costs_no_try() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    assert_eq!(browser.refusal_of("  ").await, Refusal::CodeMissing);
    assert_eq!(browser.refusal_of("12").await, Refusal::CodeMalformed);
    assert_eq!(browser.refusal_of("hello").await, Refusal::CodeMalformed);
    assert_eq!(browser.refusal_of(&wrong(&code)).await, Refusal::WrongCode { attempts_left: Some(2) });
}

#[tokio::test]
async fn without_a_login_under_way_there_is_nothing_to_verify_or_resend() {
    let program = Program::both(&[]).await;
    assert_eq!(program.browser().refusal_of("123456").await, Refusal::NoPendingLogin);
    assert_eq!(program.browser().resend().await, StartOutcome::Refused(Refusal::NoPendingLogin));
}

#[tokio::test]
async fn no_code_is_ever_in_the_database() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let code = program.code_sent_to(PHONE).await;
    browser.refusal_of(&wrong(&code)).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
    browser.open(continue_to).await;
    let database = program.database();
    assert!(database.len() > 10_000, "the database was read");
    assert!(!database.windows(code.len()).any(|window| window == code.as_bytes()));
}
