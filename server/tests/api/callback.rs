//! The callback takes what it asked for, once, from the browser that asked.

use crate::{browser::Browser, program::Program};
use leptos_passwordless::api::VerifyOutcome;
use time::Duration;

const PHONE: &str = "+14155552671";
const EXPIRED: &str = "This login has expired";

/// Signs in up to the callback, and stops before it.
async fn callback_url(program: &Program, browser: &Browser) -> String {
    browser.start(PHONE).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&program.code_sent_to(PHONE).await).await else {
        panic!("the code was refused");
    };
    let response = browser.get(continue_to).await;
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_forged_state_is_refused_and_the_page_says_how_to_go_on() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    let (head, _) = url.split_once("state=").expect("a state");
    let page = browser.open(format!("{head}state=forged")).await;
    assert_eq!(page.url.path(), "/login");
    assert!(page.shows(EXPIRED) && page.text.contains("Please enter your phone number again."));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_callback_works_once() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    assert_eq!(browser.open(&url).await.url, browser.url("/"));
    assert!(browser.is_signed_in().await);
    assert!(browser.open(&url).await.shows(EXPIRED));
    assert!(browser.is_signed_in().await, "a replay does not sign out");
}

#[tokio::test]
async fn the_callback_of_one_browser_is_not_for_another() {
    let program = Program::both(&[]).await;
    let (victim, attacker) = (program.browser(), program.browser());
    let url = callback_url(&program, &attacker).await;
    assert!(victim.open(&url).await.shows(EXPIRED));
    assert!(!victim.is_signed_in().await);
}

#[tokio::test]
async fn a_state_does_not_live_for_ever() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    program.clock.advance(Duration::minutes(61));
    assert!(browser.open(&url).await.shows(EXPIRED));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_code_of_someone_else_is_refused() {
    let program = Program::both(&[]).await;
    let (one, other) = (program.browser(), program.browser());
    let (mine, theirs) = (callback_url(&program, &one).await, callback_url(&program, &other).await);
    let code = |url: &str| url.split_once("code=").expect("a code").1.split('&').next().unwrap_or_default().to_owned();
    let page = one.open(mine.replace(&code(&mine), &code(&theirs))).await;
    assert!(page.shows("The login was not completed."), "{}", page.text);
    assert!(!one.is_signed_in().await);
}

#[tokio::test]
async fn what_the_tenant_refuses_is_said() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let hosted = browser.get("/login/hosted").await;
    let authorize = hosted.headers()["location"].to_str().unwrap().to_owned();
    let state = authorize.split_once("state=").expect("a state").1.split('&').next().unwrap_or_default().to_owned();
    let error = format!("/callback?error=access_denied&error_description=user+is+blocked&state={state}");
    assert!(browser.open(error).await.shows("This account is blocked."));
}

#[tokio::test]
async fn nonsense_is_no_more_than_an_expired_login() {
    let program = Program::both(&[]).await;
    for query in ["", "?code=1", "?state=", "?state=a&state=b", "?error=x&code=y&state=%FF%00", "?attempts_left=-1"] {
        let page = program.browser().open(format!("/callback{query}")).await;
        assert!(page.shows(EXPIRED), "{query}");
    }
}

#[tokio::test]
async fn return_to_stays_on_this_origin() {
    let program = Program::both(&[]).await;
    for evil in
        ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example", "javascript:alert(1)"]
    {
        let browser = program.browser();
        let page = browser.open(format!("/login/hosted?return_to={evil}")).await;
        assert!(!page.shows("evil.example"));
        program.clock.advance(Duration::minutes(10));

        let browser = program.browser();
        browser.start_from(PHONE, evil).await;
        let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
        let VerifyOutcome::Verified { continue_to } = outcome else { panic!("{evil}: {outcome:?}") };
        let page = browser.open(continue_to).await;
        assert_eq!(page.url.origin(), browser.url("/").origin(), "{evil}");
    }
}
