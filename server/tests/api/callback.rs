//! The callback takes what it asked for, once, from the browser that asked.

use crate::support::{OTHER_PHONE, PHONE, browser::Browser, program::Program};
use leptos_passwordless::outcome::VerifyOutcome;
use reqwest::StatusCode;
use time::Duration;
use tokio::task::JoinSet;

const EXPIRED: &str = "This login has expired";

/// Signs in up to the callback, and stops before it.
async fn callback_url(program: &Program, browser: &Browser) -> String {
    browser.start(PHONE).await;
    callback_of(program, browser).await
}

/// The same for a code that was asked for already.
async fn callback_of(program: &Program, browser: &Browser) -> String {
    let VerifyOutcome::Verified { continue_to } = browser.verify(&program.code_sent_to(PHONE).await).await else {
        panic!("the code was refused");
    };
    let response = browser.get(continue_to).await;
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn forged_state_is_refused_with_a_way_to_continue() {
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
async fn callback_loaded_again_leads_to_the_same_page() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.start_from(PHONE, "/profile?tab=1").await;
    let url = callback_of(&program, &browser).await;
    assert_eq!(browser.open(&url).await.url, browser.url("/profile?tab=1"));
    program.clock.advance(Duration::minutes(10));
    assert_eq!(browser.open(&url).await.url, browser.url("/profile?tab=1"), "back, ten minutes later");
    program.clock.advance(Duration::minutes(60));
    assert_eq!(browser.open(&url).await.url, browser.url("/"), "when the login itself is forgotten");
    assert!(browser.is_signed_in().await);

    browser.submit("/profile", "/logout", &[]).await;
    assert!(browser.open(&url).await.shows(EXPIRED), "it signs nobody in again");
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn callback_loaded_concurrently_signs_in() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let (browser, url) = (browser.clone(), url.clone());
        requests.spawn(async move { browser.get(url).await.headers()["location"].clone() });
    }
    assert!(requests.join_all().await.iter().all(|location| location == "/"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn callback_loaded_after_logout_does_not_sign_in() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    browser.open(&url).await;
    browser.submit("/profile", "/logout", &[]).await;
    assert!(browser.open(&url).await.shows(EXPIRED), "at once, while steps can be repeated");
    assert!(!browser.is_signed_in().await);
}

/// What a browser does that leaves for another page, or for the same one, before the answer is there.
#[tokio::test]
async fn callback_aborted_by_the_browser_can_be_repeated() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    let broken_off = browser.get(&url);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(3), broken_off).await.is_err());
    assert_eq!(browser.open(&url).await.url, browser.url("/"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn callback_by_head_uses_nothing_up_and_another_browser_gets_no_session() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    assert_eq!(browser.head(&url).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(browser.head("/login/hosted").await.status(), StatusCode::NO_CONTENT);
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.open(&url).await.url, browser.url("/"));

    for url in ["/callback", "/callback?code=a&state=b", "/callback?error=access_denied"] {
        let response = program.browser().get(url).await;
        assert!(response.headers().get("set-cookie").is_none(), "{url}");
    }
}

#[tokio::test]
async fn callback_in_another_browser_explains_and_starts_again() {
    let program = Program::both(&[]).await;
    let (victim, attacker) = (program.browser(), program.browser());
    let url = callback_url(&program, &attacker).await;
    let page = victim.open(&url).await;
    assert_eq!(page.url.path(), "/login");
    assert!(page.shows("This login was begun in another browser.") && page.text.contains(r#"name="phone_number""#));
    assert!(!victim.is_signed_in().await);
    assert_eq!(attacker.open(&url).await.url, attacker.url("/"), "the login is still good where it was begun");
}

#[tokio::test]
async fn concurrent_hosted_logins_keep_their_state() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let mut requests = JoinSet::new();
    for tab in 0..5 {
        let browser = browser.clone();
        requests.spawn(async move { browser.get(format!("/login/hosted?return_to=/profile?tab={tab}")).await });
    }
    // What the tenant answers to each of them is that it may not: each is known by its state.
    for response in requests.join_all().await {
        let authorize = response.headers()["location"].to_str().unwrap().to_owned();
        let state = authorize.split_once("state=").expect("a state").1.split('&').next().unwrap_or_default().to_owned();
        let page =
            browser.open(format!("/callback?error=access_denied&error_description=Not+today.&state={state}")).await;
        assert!(page.shows("Not today."), "{}", page.text);
    }
}

#[tokio::test]
async fn state_expires() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let url = callback_url(&program, &browser).await;
    program.clock.advance(Duration::minutes(61));
    assert!(browser.open(&url).await.shows(EXPIRED));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn code_of_another_login_is_refused() {
    let program = Program::both(&[]).await;
    let (one, other) = (program.browser(), program.browser());
    let (mine, theirs) = (callback_url(&program, &one).await, callback_url(&program, &other).await);
    let code = |url: &str| url.split_once("code=").expect("a code").1.split('&').next().unwrap_or_default().to_owned();
    let page = one.open(mine.replace(&code(&mine), &code(&theirs))).await;
    assert!(page.shows("The login was not completed."), "{}", page.text);
    assert!(!one.is_signed_in().await);
}

#[tokio::test]
async fn errors_of_the_tenant_are_shown() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let hosted = browser.get("/login/hosted").await;
    let authorize = hosted.headers()["location"].to_str().unwrap().to_owned();
    let state = authorize.split_once("state=").expect("a state").1.split('&').next().unwrap_or_default().to_owned();
    let error = format!("/callback?error=access_denied&error_description=user+is+blocked&state={state}");
    assert!(browser.open(error).await.shows("This account is blocked."));
}

#[tokio::test]
async fn malformed_parameters_count_as_an_expired_login() {
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

#[tokio::test]
async fn hosted_login_cannot_be_started_cross_site() {
    let program = Program::both(&[]).await;
    for (site, begins) in [
        (None, true),
        (Some("same-origin"), true),
        (Some("none"), true),
        (Some("same-site"), false),
        (Some("cross-site"), false),
    ] {
        let browser = program.browser();
        let response = browser.get_from(site, "/login/hosted?return_to=/profile").await;
        let leads_to = response.headers()["location"].to_str().unwrap();
        let expected = if begins { &format!("{}/authorize?", program.tenant) } else { "/login?return_to=%2Fprofile" };
        assert!(leads_to.starts_with(expected), "{site:?}: {leads_to}");
        assert_eq!(response.headers().contains_key("set-cookie"), begins, "{site:?}");
    }
}

/// The tenant's session is another person's: who is signed in stays who they are.
#[tokio::test]
async fn signed_in_user_is_not_replaced() {
    let program = Program::both(&[]).await;
    let (browser, other) = (program.browser(), OTHER_PHONE);
    browser.sign_in(&program, PHONE).await;
    let stranger = program.browser();
    let url = way_through_the_tenant(&program, &stranger, other).await;
    // What another site can have this browser do: take the stranger's session at the tenant.
    browser.get(url).await;
    for site in [None, Some("same-origin"), Some("none"), Some("cross-site")] {
        let response = browser.get_from(site, "/login/hosted?return_to=/profile").await;
        assert_eq!(response.headers()["location"], "/profile", "{site:?}");
        assert!(!response.headers().contains_key("set-cookie"), "{site:?}");
    }
    let profile = browser.open("/profile").await;
    assert!(profile.shows(PHONE) && !profile.shows(other));
}

/// The way through the tenant that the right code opens.
async fn way_through_the_tenant(program: &Program, browser: &Browser, phone_number: &str) -> String {
    browser.start(phone_number).await;
    match browser.verify(&program.code_sent_to(phone_number).await).await {
        VerifyOutcome::Verified { continue_to } => continue_to,
        refused => panic!("{refused:?}"),
    }
}
