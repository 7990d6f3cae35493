//! Sessions: on the server, renewed at login, and not for ever.

use crate::support::{PHONE, browser::Browser, program::Program};
use reqwest::Response;
use time::Duration;

/// The cookie of this name, or of one that begins with it, with its attributes.
fn cookie(response: &Response, name: &str) -> Option<String> {
    let mut cookies = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
    cookies.find(|cookie| cookie.starts_with(name))
}

async fn start(browser: &Browser) -> Response {
    browser.call("start").form(&[("phone_number", PHONE)]).send().await.unwrap()
}

/// The answer that signs in, in flow `token`.
async fn sign_in(program: &Program, browser: &Browser) -> Response {
    start(browser).await;
    let code = program.code_sent_to(PHONE).await;
    browser.call("verify").form(&[("code", &code)]).send().await.unwrap()
}

#[tokio::test]
async fn session_cookie_holds_an_identifier_and_is_http_only() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let cookie = cookie(&sign_in(&program, &program.browser()).await, "session=").expect("a session");
    let (pair, attributes) = cookie.split_once(';').expect("attributes");
    assert_eq!(pair.split_once('=').map(|(name, id)| (name, id.len())), Some(("session", 22)));
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"] {
        assert!(attributes.contains(attribute), "{attribute}: {attributes}");
    }
    let id = pair.split_once('=').unwrap().1.as_bytes();
    assert!(!program.database().await.windows(id.len()).any(|window| window == id), "the store knows a hash only");
}

#[tokio::test]
async fn pending_login_lives_an_hour_in_a_cookie_and_not_in_the_store() {
    let program = Program::both(&[]).await;
    let before = program.sessions().await;
    let response = start(&program.browser()).await;
    assert_eq!(cookie(&response, "session="), None);
    let cookie = cookie(&response, "login_").expect("a login");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.contains("4155552671"), "it is encrypted");
    assert_eq!(program.sessions().await, before);
}

#[tokio::test]
async fn page_view_creates_no_session() {
    let program = Program::both(&[]).await;
    for path in ["/", "/login", "/profile", "/nothing"] {
        assert!(program.browser().get(path).await.headers().get("set-cookie").is_none(), "{path}");
    }
}

#[tokio::test]
async fn login_renews_the_session_identifier() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let before = cookie(&sign_in(&program, &browser).await, "session=").expect("a session");
    program.clock.advance(Duration::minutes(2));
    let after = cookie(&sign_in(&program, &browser).await, "session=").expect("another session");
    let id = |cookie: &str| cookie.split_once(';').unwrap().0.to_owned();
    assert_ne!(id(&before), id(&after));

    let old = reqwest::Client::new().get(browser.url("/profile")).header("cookie", id(&before));
    assert_eq!(old.send().await.unwrap().status(), reqwest::StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn session_ended_by_another_request_is_not_restored() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let session = cookie(&sign_in(&program, &browser).await, "session=").expect("a session");
    let session = session.split_once(';').unwrap().0.to_owned();
    program.clock.advance(Duration::hours(2));
    // A visit would prolong it now; the log-out is faster.
    browser.submit("/profile", "/logout", &[]).await;
    let late = reqwest::Client::new().get(browser.url("/")).header("cookie", session).send().await.unwrap();
    assert!(late.headers().get("set-cookie").is_none(), "nothing about a session that another request has ended");
}

#[tokio::test]
async fn stale_cookie_on_a_private_page_redirects_to_login() {
    let program = Program::both(&[]).await;
    for old in ["AAAAAAAAAAAAAAAAAAAAAA", "nonsense", ""] {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.get(program.browser().url("/profile")).header("accept", "text/html");
        let response = request.header("cookie", format!("session={old}")).send().await.unwrap();
        assert_eq!(response.headers()["location"], "/login?return_to=%2Fprofile", "{old}");
    }
}

#[tokio::test]
async fn foreign_cookies_do_not_break_the_session() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let session = cookie(&sign_in(&program, &program.browser()).await, "session=").expect("a session");
    let session = session.split_once(';').unwrap().0;
    let foreign = [b"theirs=caf\xe9; ".as_slice(), b"session=eyJub3QiOiJvdXJzIn0.a.b; ", session.as_bytes()].concat();
    let request = reqwest::Client::new().get(program.browser().url("/profile"));
    let request = request.header("cookie", reqwest::header::HeaderValue::from_bytes(&foreign).unwrap());
    assert_eq!(request.header("accept", "text/html").send().await.unwrap().status(), reqwest::StatusCode::OK);
}

#[tokio::test]
async fn session_is_extended_by_visits_up_to_a_week() {
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
async fn lifetimes_of_a_session_are_settings() {
    let lifetimes = ["--session-idle-hours", "2", "--session-absolute-hours", "5"];
    let program = Program::both(&[&["--auth0-login-flow", "token"], &lifetimes[..]].concat()).await;
    let browser = program.browser();
    let cookie = cookie(&sign_in(&program, &browser).await, "session=").expect("a session");
    assert!(cookie.contains("Max-Age=7200"), "{cookie}");
    for _ in 0..3 {
        program.clock.advance(Duration::minutes(90));
        assert!(browser.is_signed_in().await);
    }
    program.clock.advance(Duration::minutes(30));
    assert!(!browser.is_signed_in().await, "5 hours after the login");

    program.clock.advance(Duration::minutes(2));
    sign_in(&program, &browser).await;
    program.clock.advance(Duration::hours(2));
    assert!(!browser.is_signed_in().await, "2 hours without a visit");
}

#[tokio::test]
async fn session_expires_after_a_day_without_a_visit() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    program.clock.advance(Duration::hours(24));
    assert!(!browser.is_signed_in().await);
}
