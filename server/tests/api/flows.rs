//! Signing in, by every flow.

use crate::support::{OTHER_PHONE, PHONE, program::Program};
use leptos_passwordless::outcome::{CodeSent, StartOutcome, VerifyOutcome};
use reqwest::StatusCode;
use rstest::rstest;
use url::Url;

#[tokio::test]
async fn redirect_flow_goes_through_the_tenant() {
    let program = Program::both(&[]).await;
    let browser = program.browser();

    let sent = browser.start_from("(415) 555-2671", "/profile").await;
    let StartOutcome::CodeSent(CodeSent { login, phone_number, resend_in, code_length, expires_in, .. }) = sent else {
        panic!("no code was sent: {sent:?}");
    };
    assert_eq!((phone_number.as_str(), resend_in, code_length, expires_in), ("+1 415 555 2671", 30, 6, 180));
    assert_eq!(login.len(), 16);
    let VerifyOutcome::Verified { continue_to } = browser.verify(&program.code_sent_to(PHONE).await).await else {
        panic!("the code was refused");
    };
    assert!(continue_to.starts_with(&format!("{}/passwordless/verify_redirect?", program.tenant)));
    assert!(query(&continue_to, "code_challenge").is_some_and(|challenge| challenge.len() == 43));

    let page = browser.open(&continue_to).await;
    assert_eq!((page.url, page.status), (browser.url("/profile"), StatusCode::OK));
    assert!(page.text.contains(PHONE) && page.text.contains("sms|"));
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn own_tenant_signs_as_the_app_is_configured(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow, "--auth0-id-token-alg", "ES256"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn own_tenant_is_asked_without_the_network() {
    let nobody_listens = "http://localhost:1";
    let program = Program::both(&["--auth0-login-flow", "token", "--tenant-public-url", nobody_listens]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn token_flow_signs_in_on_the_server() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.start_from(PHONE, "/profile").await;
    let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
    assert_eq!(outcome, VerifyOutcome::Verified { continue_to: "/profile".to_owned() });
    assert!(browser.open("/profile").await.text.contains(PHONE));
}

#[tokio::test]
async fn hosted_login_signs_in_on_the_tenants_page() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let page = browser.open("/login/hosted?return_to=/profile").await;
    assert!(page.url.as_str().starts_with(&program.tenant), "{}", page.url);
    let page = browser.submit_to(&page.url, "start", &[("phone_number", "415 555 2671"), ("country", "US")]).await;
    assert!(page.shows("An SMS with the code has been sent to +1 415 555 2671."));
    let code = program.code_sent_to(PHONE).await;
    let page = browser.submit_to(&page.url, "verify", &[("code", &code)]).await;
    assert_eq!((page.url, page.status), (browser.url("/profile"), StatusCode::OK));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn hosted_login_can_be_finished_in_two_tabs() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let mut tabs = Vec::new();
    for (page, number) in [("/profile?tab=1", "+1 415 555 2671"), ("/profile?tab=2", "+1 415 555 2672")] {
        let page = browser.open(format!("/login/hosted?return_to={page}")).await;
        tabs.push(browser.submit_to(&page.url, "start", &[("phone_number", number)]).await);
    }
    for (tab, number) in tabs.iter().zip([PHONE, OTHER_PHONE]) {
        let code = program.code_sent_to(number).await;
        let page = browser.submit_to(&tab.url, "verify", &[("code", &code)]).await;
        assert_eq!((page.url.path(), page.status), ("/profile", StatusCode::OK));
        assert!(page.shows(number));
    }
}

fn query(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn plain_forms_work_for_every_step(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    let page = browser.open("/login?return_to=/profile").await;
    assert!(page.text.contains(r#"name="phone_number""#));

    let fields = [("phone_number", "415 555 2671"), ("country", "US"), ("return_to", "/profile")];
    let page = browser.submit("/login?return_to=/profile", "/api/passwordless/start", &fields).await;
    assert_eq!(page.url.path(), "/login");
    assert!(page.shows("An SMS with the code has been sent to +1 415 555 2671."));

    let code = program.code_sent_to(PHONE).await;
    let wrong = crate::support::program::wrong(&code);
    let page = browser.submit("/login", "/api/passwordless/verify", &[("code", &wrong)]).await;
    assert!(page.shows("Wrong code. Tries left: 2."));

    let page = browser.submit("/login", "/api/passwordless/verify", &[("code", &code)]).await;
    assert_eq!((page.url, page.status), (browser.url("/profile"), StatusCode::OK));
}

#[tokio::test]
async fn plain_forms_go_back_to_the_number_and_forward_again() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let fields = [("phone_number", "415 555 2671"), ("country", "US")];
    browser.submit("/login", "/api/passwordless/start", &fields).await;
    let page = browser.open("/login?edit").await;
    assert!(page.text.contains(r#"value="415 555 2671""#), "the number is kept");
    let fields = [("phone_number", "415 555 2672"), ("country", "US")];
    let page = browser.submit("/login?edit", "/api/passwordless/start", &fields).await;
    assert!(page.shows("has been sent to +1 415 555 2672."));
}

#[tokio::test]
async fn own_ui_returns_to_its_page() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let page = browser.submit("/login/custom", "/api/passwordless/start", &[("phone_number", PHONE)]).await;
    assert_eq!(page.url.path(), "/login/custom");
    assert!(page.text.contains(r#"name="code""#));
}

#[tokio::test]
async fn logout_ends_the_session_here_and_at_the_tenant() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    assert!(browser.is_signed_in().await);

    let page = browser.submit("/profile", "/logout", &[]).await;
    assert_eq!((page.url, page.status), (browser.url("/"), StatusCode::OK));
    assert!(!browser.is_signed_in().await);
    let page = browser.open("/login/hosted").await;
    assert!(page.url.as_str().starts_with(&program.tenant), "the tenant asks for the number again");
}

#[tokio::test]
async fn user_is_the_same_for_every_spelling_of_a_number() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let mut users = Vec::new();
    for typed in ["+44 7911 123456", "07911 123456", "0044 (0)7911-123456"] {
        let browser = program.browser();
        let fields = [("phone_number", typed), ("country", "GB"), ("return_to", "/profile")];
        browser.submit("/login", "/api/passwordless/start", &fields).await;
        let code = program.code_sent_to("+447911123456").await;
        let page = browser.submit("/login", "/api/passwordless/verify", &[("code", &code)]).await;
        let at = page.text.find("sms|").unwrap_or_else(|| panic!("{typed} was not understood"));
        users.push(page.text[at..at + 28].to_owned());
        program.clock.advance(time::Duration::minutes(10));
    }
    users.dedup();
    assert_eq!(users.len(), 1);
}
