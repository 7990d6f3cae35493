//! The profile page lists the sessions of the user, and ends them by plain forms.

use crate::support::{OTHER_PHONE, PHONE, browser::Browser, program::Program};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use time::Duration;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.0 Mobile/15E148 Safari/604.1";
const ONE: &str = "/logout/session";
const ALL: &str = "/logout/everywhere";

/// An item of the list.
#[derive(Debug)]
struct Item {
    name: String,
    text: String,
}

impl Item {
    fn is_current(&self) -> bool {
        self.text.contains("This session")
    }
}

async fn list(browser: &Browser) -> Vec<Item> {
    let page = browser.open("/profile").await;
    assert_eq!(page.status, StatusCode::OK);
    let section = page.text.split_once("id=\"sessions\"").unwrap_or_else(|| panic!("no list: {}", page.text)).1;
    let item = |text: &str| {
        let name = text.split_once("name=\"session\" value=\"").expect("a name").1.split('"').next().unwrap();
        Item { name: name.to_owned(), text: text.to_owned() }
    };
    section.split("<li").skip(1).map(item).collect()
}

/// Two browsers of one person.
async fn signed_in(flow: &str) -> (Program, Browser, Browser) {
    let program = Program::both(&["--auth0-login-flow", flow, "--limit-starts-per-phone-hour", "0"]).await;
    let (laptop, phone) = (Browser::named(&program.app, FIREFOX), Browser::named(&program.app, IPHONE));
    phone.sign_in(&program, PHONE).await;
    program.clock.advance(Duration::hours(3));
    laptop.sign_in(&program, PHONE).await;
    (program, laptop, phone)
}

#[rstest]
#[tokio::test]
async fn sessions_are_listed_with_their_devices_and_ended_one_by_one(#[values("redirect", "token")] flow: &str) {
    let (program, laptop, phone) = signed_in(flow).await;
    let other = program.browser();
    other.sign_in(&program, OTHER_PHONE).await;
    let [own, far] = &list(&laptop).await[..] else { panic!("two sessions") };
    assert!(own.is_current() && own.text.contains("Firefox · Linux"), "{own:?}");
    assert!(!far.is_current() && far.text.contains("Safari · iPhone"), "{far:?}");
    assert!(list(&phone).await[0].text.contains("Safari · iPhone"), "that of the request is first");
    let [unnamed] = &list(&other).await[..] else { panic!("one session") };
    assert!(unnamed.is_current() && unnamed.text.contains("Unknown device"));

    let page = laptop.submit("/profile", ONE, &[("session", &far.name)]).await;
    assert_eq!((page.url.path(), page.status), ("/profile", StatusCode::OK));
    assert!(!phone.is_signed_in().await);
    assert!(other.is_signed_in().await);
    assert_eq!(list(&laptop).await.len(), 1);
    // It is no error that it has ended.
    assert_eq!(laptop.submit("/profile", ONE, &[("session", &far.name)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn list_says_when_a_session_began_and_was_used_last() {
    let (program, laptop, phone) = signed_in("token").await;
    let written = |hours: i64| {
        let at = program.clock.now() - Duration::hours(hours);
        format!("{}T{:02}:", at.date(), at.hour())
    };
    let [_, far] = &list(&laptop).await[..] else { panic!("two sessions") };
    assert_eq!(far.text.matches(&format!("datetime=\"{}", written(3))).count(), 2, "{far:?}");
    assert!(phone.is_signed_in().await);
    let [_, far] = &list(&laptop).await[..] else { panic!("two sessions") };
    assert!(far.text.find(&written(0)) < far.text.find(&written(3)), "the visit, and the login: {far:?}");
    program.clock.advance(Duration::hours(23));
    assert!(laptop.is_signed_in().await);
    program.clock.advance(Duration::hours(1));
    assert_eq!(list(&laptop).await.len(), 1, "the other has expired");
}

/// Else who has that browser would be signed in again without a code.
#[tokio::test]
async fn ended_session_ends_at_the_tenant_too() {
    let (program, laptop, phone) = signed_in("redirect").await;
    let hosted = async |browser: &Browser| browser.get_from(Some("same-origin"), "/login/hosted").await;
    let [_, far] = &list(&laptop).await[..] else { panic!("two sessions") };
    laptop.submit("/profile", ONE, &[("session", &far.name)]).await;
    let at_tenant = hosted(&phone).await.headers()["location"].to_str().unwrap().to_owned();
    let page = phone.open(&at_tenant).await;
    assert!(page.url.as_str().starts_with(&program.tenant), "asked for the number: {}", page.url);
    assert!(!phone.is_signed_in().await);

    phone.sign_in(&program, OTHER_PHONE).await;
    program.clock.advance(Duration::minutes(2));
    let second = program.browser();
    second.sign_in(&program, OTHER_PHONE).await;
    second.submit("/profile", ALL, &[]).await;
    for browser in [&phone, &second] {
        let at_tenant = hosted(browser).await.headers()["location"].to_str().unwrap().to_owned();
        assert!(browser.open(&at_tenant).await.url.as_str().starts_with(&program.tenant));
        assert!(!browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn session_of_someone_else_stays() {
    let (program, laptop, _) = signed_in("token").await;
    let other = program.browser();
    other.sign_in(&program, OTHER_PHONE).await;
    let name = &list(&other).await[0].name;
    laptop.submit("/profile", ONE, &[("session", name)]).await;
    laptop.submit("/profile", ALL, &[]).await;
    assert!(other.is_signed_in().await);
}

#[rstest]
#[tokio::test]
async fn own_session_ends_like_by_the_button(#[values("redirect", "token")] flow: &str) {
    let (_program, laptop, phone) = signed_in(flow).await;
    let own = &list(&laptop).await[0].name;
    let page = laptop.submit("/profile", ONE, &[("session", own)]).await;
    assert_eq!((page.url.path(), page.status), ("/", StatusCode::OK));
    assert!(!laptop.is_signed_in().await);
    assert!(phone.is_signed_in().await);
}

#[rstest]
#[tokio::test]
async fn everywhere_is_everywhere(#[values("redirect", "token")] flow: &str) {
    let (program, laptop, phone) = signed_in(flow).await;
    let page = laptop.submit("/profile", ALL, &[]).await;
    assert_eq!((page.url.path(), page.status), ("/", StatusCode::OK));
    assert!(!laptop.is_signed_in().await && !phone.is_signed_in().await);
    assert_eq!(program.sessions().await, 0);
}

/// The tokens of a session are in a record of their own.
#[tokio::test]
async fn ended_session_leaves_no_tokens_behind() {
    let scope = ["--auth0-scope", "openid profile phone offline_access", "--auth0-login-flow", "token"];
    let program = Program::both(&[&scope[..], &["--limit-starts-per-phone-hour", "0"]].concat()).await;
    let (laptop, phone) = (program.browser(), program.browser());
    phone.sign_in(&program, PHONE).await;
    program.clock.advance(Duration::minutes(2));
    laptop.sign_in(&program, PHONE).await;
    let [_, far] = &list(&laptop).await[..] else { panic!("two sessions") };
    let with_both = program.sessions().await;
    laptop.submit("/profile", ONE, &[("session", &far.name)]).await;
    assert_eq!(program.sessions().await, with_both - 2, "the session and its tokens");
}

#[tokio::test]
async fn another_site_and_a_stranger_end_nothing() {
    let (program, laptop, _) = signed_in("token").await;
    let own = &list(&laptop).await[0].name;
    for path in [ONE, ALL] {
        let request = laptop.request(Method::POST, laptop.url(path)).form(&[("session", own)]);
        let response = request.header("sec-fetch-site", "cross-site").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let page = program.browser().submit("/profile", path, &[("session", own)]).await;
        assert_eq!(page.url.path(), "/login", "{path}");
    }
    assert!(laptop.is_signed_in().await);
}
