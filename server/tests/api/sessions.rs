//! Sessions: on the server, renewed at login, and not for ever.

use crate::{browser::Browser, program::Program};
use reqwest::Response;
use time::Duration;

const PHONE: &str = "+14155552671";

fn cookie(response: &Response) -> Option<String> {
    response.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned())
}

async fn start(browser: &Browser) -> Response {
    browser.call("start").form(&[("phone_number", PHONE)]).send().await.unwrap()
}

#[tokio::test]
async fn the_cookie_holds_an_identifier_and_is_out_of_reach() {
    let program = Program::both(&[]).await;
    let cookie = cookie(&start(&program.browser()).await).expect("a session");
    let (pair, attributes) = cookie.split_once(';').expect("attributes");
    assert_eq!(pair.split_once('=').map(|(name, id)| (name, id.len())), Some(("session", 22)));
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
        assert!(attributes.contains(attribute), "{attribute}: {attributes}");
    }
    let id = pair.split_once('=').unwrap().1.as_bytes();
    assert!(!program.database().windows(id.len()).any(|window| window == id), "the store knows a hash only");
}

#[tokio::test]
async fn a_page_view_alone_makes_no_session() {
    let program = Program::both(&[]).await;
    for path in ["/", "/login", "/profile", "/nothing"] {
        assert_eq!(cookie(&program.browser().get(path).await), None, "{path}");
    }
}

#[tokio::test]
async fn a_login_gets_a_new_identifier() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let before = cookie(&start(&browser).await).expect("a session");
    let code = program.code_sent_to(PHONE).await;
    let response = browser.call("verify").form(&[("code", &code)]).send().await.unwrap();
    let after = cookie(&response).expect("another session");
    let id = |cookie: &str| cookie.split_once(';').unwrap().0.to_owned();
    assert_ne!(id(&before), id(&after));

    let old = reqwest::Client::new().get(browser.url("/profile")).header("cookie", id(&before));
    assert_eq!(old.send().await.unwrap().status(), reqwest::StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_visit_prolongs_a_session_but_not_beyond_a_week() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    for _ in 0..7 {
        assert!(browser.is_signed_in().await);
        program.clock.advance(Duration::hours(23));
    }
    assert!(browser.is_signed_in().await, "161 hours after the login");
    program.clock.advance(Duration::hours(7));
    assert!(!browser.is_signed_in().await, "168 hours after the login");
}

#[tokio::test]
async fn a_session_ends_after_a_day_without_a_visit() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    program.clock.advance(Duration::hours(24));
    assert!(!browser.is_signed_in().await);
}
