//! Steps that use something up, taken twice by the same browser.

use crate::support::{OTHER_PHONE, PHONE, browser::Browser, program::Program};
use leptos_passwordless::outcome::VerifyOutcome;
use rstest::rstest;
use time::Duration;
use tokio::task::JoinSet;

/// A program, and a browser in it that has a code.
async fn with_code(flow: &str) -> (Program, Browser, String) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    browser.start_from(PHONE, "/profile").await;
    let code = program.code_sent_to(PHONE).await;
    (program, browser, code)
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn concurrent_verify_requests_all_succeed_alike(#[case] flow: &str) {
    let (_program, browser, code) = with_code(flow).await;
    let mut tries = JoinSet::new();
    for _ in 0..8 {
        let (browser, code) = (browser.clone(), code.clone());
        tries.spawn(async move { browser.verify(&code).await });
    }
    let outcomes = tries.join_all().await;
    let VerifyOutcome::Verified { continue_to } = outcomes[0].clone() else { panic!("{flow}: {outcomes:?}") };
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{flow}: {outcomes:?}");
    browser.open(continue_to).await;
    assert!(browser.is_signed_in().await, "{flow}");
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn verify_form_sent_twice_ends_at_the_same_page(#[case] flow: &str) {
    let (program, browser, code) = with_code(flow).await;
    for minutes in [0, 0, 30] {
        program.clock.advance(Duration::minutes(minutes));
        let page = browser.submit("/login", "/api/passwordless/verify", &[("code", &code)]).await;
        assert_eq!(page.url, browser.url("/profile"), "{flow}, {minutes} minutes later");
        assert!(browser.is_signed_in().await, "{flow}");
    }
}

/// The browser leaves for the same place a second time while the first answer is still on its way.
#[tokio::test]
async fn verify_redirect_can_be_followed_twice() {
    let (_program, browser, code) = with_code("redirect").await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
    let first = browser.get(&continue_to).await.headers()["location"].to_str().unwrap().to_owned();
    let second = browser.get(&continue_to).await.headers()["location"].to_str().unwrap().to_owned();
    assert!(second.contains("code=") && !second.contains("error="), "{second}");
    assert_eq!(browser.open(second).await.url, browser.url("/profile"));
    assert_eq!(browser.open(first).await.url, browser.url("/profile"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn start_form_sent_twice_sends_one_sms() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let page = browser.open("/login").await;
    let form = page.text.split_once(r#"name="form" value=""#).expect("a name").1.split('"').next().unwrap().to_owned();
    let mut posts = JoinSet::new();
    for _ in 0..4 {
        let (browser, form) = (browser.clone(), form.clone());
        posts.spawn(async move {
            let fields = [("phone_number", PHONE), ("form", form.as_str())];
            browser.submit("/login", "/api/passwordless/start", &fields).await
        });
    }
    assert!(posts.join_all().await.iter().all(|page| page.shows("has been sent to +1 415 555 2671.")));
    assert_eq!(program.codes_sent_to(PHONE).await.len(), 1);

    // The name is no more than that: another number, or the same a while later, is another message.
    let fields = [("phone_number", OTHER_PHONE), ("form", form.as_str())];
    browser.submit("/login", "/api/passwordless/start", &fields).await;
    assert_eq!(program.codes_sent_to(OTHER_PHONE).await.len(), 1);
    program.clock.advance(Duration::seconds(30));
    let fields = [("phone_number", PHONE), ("form", form.as_str())];
    browser.submit("/login", "/api/passwordless/start", &fields).await;
    assert_eq!(program.codes_sent_to(PHONE).await.len(), 2);
}

#[tokio::test]
async fn resend_form_sent_twice_sends_one_sms() {
    let (program, browser, _) = with_code("redirect").await;
    program.clock.advance(Duration::seconds(30));
    for _ in 0..2 {
        let page = browser.submit("/login", "/api/passwordless/resend", &[("form", "of the page")]).await;
        assert!(page.shows("A new code is on its way."), "{}", page.text);
    }
    assert_eq!(program.codes_sent_to(PHONE).await.len(), 2);
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn repeat_needs_the_same_code_and_browser(#[case] flow: &str) {
    let (program, browser, code) = with_code(flow).await;
    let (stranger, wrong) = (program.browser(), crate::support::program::wrong(&code));
    stranger.start(OTHER_PHONE).await;
    assert!(matches!(browser.verify(&code).await, VerifyOutcome::Verified { .. }));
    assert!(matches!(browser.verify(&wrong).await, VerifyOutcome::Refused(_)) || flow == "token", "{flow}");
    assert!(matches!(stranger.verify(&code).await, VerifyOutcome::Refused(_)), "{flow}");
    assert!(!stranger.is_signed_in().await, "{flow}");
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn repeat_after_logout_is_refused(#[case] flow: &str) {
    let (program, browser, code) = with_code(flow).await;
    browser.submit("/login", "/api/passwordless/verify", &[("code", &code)]).await;
    browser.submit("/profile", "/logout", &[]).await;
    program.clock.advance(Duration::minutes(2));
    assert!(matches!(browser.verify(&code).await, VerifyOutcome::Refused(_)), "{flow}");
    assert!(!browser.is_signed_in().await, "{flow}");
}
