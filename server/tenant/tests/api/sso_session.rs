//! The SSO session, and links that start a session without the user's consent (login CSRF).

use reqwest::{Client, Response};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, OTHER_PHONE, OTP_GRANT, PHONE, TestTenant, Visitor, browser, location, query, session_cookie,
};

/// Opens a link that signs in with this number; whoever owns the number can make one.
async fn open_link(browser: &Client, tenant: &TestTenant, phone_number: &str, referer: Option<&str>) -> Response {
    let code = tenant.code_for("sms", phone_number).await;
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("connection", "sms"),
        ("phone_number", phone_number),
        ("verification_code", code.as_str()),
    ];
    let request = browser.get(tenant.url("/passwordless/verify_redirect")).query(&parameters);
    let request = referer.into_iter().fold(request, |request, referer| request.header("referer", referer));
    let response = request.send().await.unwrap();
    assert!(query(&location(&response), "code").is_some());
    response
}

/// Result of a silent login: the user's phone number, or the error.
async fn silent(browser: &Client, tenant: &TestTenant) -> Result<String, String> {
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid phone"),
        ("prompt", "none"),
    ];
    let response = browser.get(tenant.url("/authorize")).query(&parameters).send().await.unwrap();
    let answer = location(&response);
    let Some(code) = query(&answer, "code") else { return Err(query(&answer, "error").unwrap()) };
    let tokens: Value = tenant.exchange(&code, &[]).await.json().await.unwrap();
    let userinfo = tenant.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    let user: Value = userinfo.send().await.unwrap().json().await.unwrap();
    Ok(user["phone_number"].as_str().unwrap().to_owned())
}

async fn sign_in_at_the_page(browser: &Client, tenant: &TestTenant) {
    let visitor = Visitor::start_login_in(browser.clone(), tenant, &[("prompt", "login")]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let answer = location(&visitor.enter(&tenant.newest_code().await).await);
    assert!(query(&answer, "code").is_some(), "{answer}");
}

#[rstest]
#[case::without_referer(None)]
#[case::another_site(Some("https://evil.example/"))]
#[case::origin_as_subdomain(Some("http://localhost:3000.evil.example/"))]
#[case::invalid_referer(Some("x"))]
#[tokio::test]
async fn session_from_link_gives_no_silent_login(#[case] referer: Option<&str>) {
    let tenant = TestTenant::start().await;
    let browser = browser();
    assert!(session_cookie(&open_link(&browser, &tenant, PHONE, referer).await).is_some());
    assert_eq!(silent(&browser, &tenant).await, Err("login_required".into()));
}

#[tokio::test]
async fn session_from_page_of_application_gives_silent_login() {
    let tenant = TestTenant::start().await;
    let browser = browser();
    open_link(&browser, &tenant, PHONE, Some("http://localhost:3000/login?x=1")).await;
    assert_eq!(silent(&browser, &tenant).await, Ok(PHONE.into()));
}

#[tokio::test]
async fn session_from_link_needs_confirmation_once() {
    let tenant = TestTenant::start().await;
    let browser = browser();
    open_link(&browser, &tenant, PHONE, None).await;
    let visitor = Visitor::start_login_in(browser.clone(), &tenant, &[]).await;
    let page = visitor.page().await;
    assert!(page.contains("Continue(\"+14•••••••71\")") && !page.contains(PHONE), "{page}");
    let answer = location(&visitor.after(visitor.post("start", ("last_login", "on")).await).await);
    assert!(query(&answer, "code").is_some(), "{answer}");
    assert_eq!(silent(&browser, &tenant).await, Ok(PHONE.into()), "the user has confirmed the session");
}

/// Whoever exchanges the session of the browser between page and form signs nobody in.
#[tokio::test]
async fn only_the_offered_session_is_continued() {
    let tenant = TestTenant::start().await;
    let browser = browser();
    open_link(&browser, &tenant, PHONE, None).await;
    let visitor = Visitor::start_login_in(browser.clone(), &tenant, &[]).await;
    assert!(visitor.page().await.contains("Continue"));
    sign_in_at_the_page(&browser, &tenant).await;
    assert!(visitor.post_and_read("start", ("last_login", "on")).await.contains("EnterPhone"));
}

#[tokio::test]
async fn session_confirmation_allows_another_number() {
    let tenant = TestTenant::start().await;
    let browser = browser();
    open_link(&browser, &tenant, OTHER_PHONE, None).await;
    let visitor = Visitor::start_login_in(browser.clone(), &tenant, &[]).await;
    let page = visitor.edit().await;
    assert!(page.contains("EnterPhone") && !page.contains("Continue"), "{page}");
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    visitor.enter(&tenant.newest_code().await).await;
    assert_eq!(silent(&browser, &tenant).await, Ok(PHONE.into()));
}

#[tokio::test]
async fn link_neither_ends_nor_replaces_session() {
    let tenant = TestTenant::start().await;
    let browser = browser();
    sign_in_at_the_page(&browser, &tenant).await;
    assert_eq!(silent(&browser, &tenant).await, Ok(PHONE.into()));
    // A link with the same number changes nothing.
    open_link(&browser, &tenant, PHONE, None).await;
    assert_eq!(silent(&browser, &tenant).await, Ok(PHONE.into()));

    assert!(session_cookie(&open_link(&browser, &tenant, OTHER_PHONE, None).await).is_none());
    assert_eq!(silent(&browser, &tenant).await, Err("login_required".into()));
    assert!(Visitor::start_login_in(browser.clone(), &tenant, &[]).await.page().await.contains("+14•••••••71"));
}

#[rstest]
#[case::without_cookie(false, Err("login_required".to_owned()))]
#[case::with_cookie(true, Ok(PHONE.to_owned()))]
#[tokio::test]
async fn login_ticket_without_cookie_is_treated_as_link(
    #[case] has_cookie: bool,
    #[case] expected: Result<String, String>,
) {
    let tenant = TestTenant::start().await;
    let browser = browser();
    let (sender, code) = (if has_cookie { browser.clone() } else { self::browser() }, tenant.code().await);
    let body = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": code, "realm": "sms",
    });
    let request = sender.post(tenant.url("/co/authenticate")).header("origin", "http://localhost:5000").json(&body);
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let parameters = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("realm", "sms"),
        ("login_ticket", body["login_ticket"].as_str().unwrap()),
    ];
    let response = browser.get(tenant.url("/authorize")).query(&parameters).send().await.unwrap();
    assert!(query(&location(&response), "code").is_some());
    assert_eq!(silent(&browser, &tenant).await, expected);
}
