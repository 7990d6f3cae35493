//! Two tabs are two logins, and what becomes of a browser that keeps no cookies.

use crate::support::{OTHER_PHONE, PHONE, browser::Browser, program::Program};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use reqwest::StatusCode;
use rstest::rstest;

async fn login(browser: &Browser, phone_number: &str) -> String {
    match browser.start_from(phone_number, "/profile").await {
        StartOutcome::CodeSent(sent) => sent.login,
        refused => panic!("no code was sent: {refused:?}"),
    }
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn two_tabs_with_two_numbers_both_sign_in(#[case] flow: &str) {
    let program = Program::both(&["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    let (one, other) = (login(&browser, PHONE).await, login(&browser, OTHER_PHONE).await);
    for (login, phone_number) in [(one, PHONE), (other, OTHER_PHONE)] {
        let outcome = browser.verify_for(&login, &program.code_sent_to(phone_number).await).await;
        let VerifyOutcome::Verified { continue_to } = outcome else { panic!("{flow}: {outcome:?}") };
        browser.open(continue_to).await;
        assert!(browser.open("/profile").await.shows(phone_number), "{flow}");
    }
}

#[tokio::test]
async fn code_of_another_tab_costs_no_attempt() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let (one, other) = (login(&browser, PHONE).await, login(&browser, OTHER_PHONE).await);
    let wrong = browser.verify_for(&one, &program.code_sent_to(OTHER_PHONE).await).await;
    assert_eq!(wrong, VerifyOutcome::Refused(Refusal::WrongCode { attempts_left: Some(2) }));
    let wrong = crate::support::program::wrong(&program.code_sent_to(OTHER_PHONE).await);
    let refused = browser.verify_for(&other, &wrong).await;
    assert_eq!(refused, VerifyOutcome::Refused(Refusal::WrongCode { attempts_left: Some(2) }));
}

#[tokio::test]
async fn resend_goes_to_the_number_of_its_tab() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let one = login(&browser, PHONE).await;
    login(&browser, OTHER_PHONE).await;
    program.clock.advance(time::Duration::seconds(30));
    let resent = browser.call("resend").form(&[("login", &one)]).send().await.unwrap();
    assert!(matches!(resent.json().await.unwrap(), StartOutcome::CodeSent(_)));
    assert_eq!(program.codes_sent_to(PHONE).await.len(), 2);
    assert_eq!(program.codes_sent_to(OTHER_PHONE).await.len(), 1);
}

#[tokio::test]
async fn refused_number_in_one_tab_keeps_the_login_of_another() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let one = login(&browser, PHONE).await;
    assert_eq!(browser.start("12").await, StartOutcome::Refused(Refusal::PhoneNumberInvalid));
    browser.submit("/login", "/api/passwordless/start", &[("phone_number", "12")]).await;
    let outcome = browser.verify_for(&one, &program.code_sent_to(PHONE).await).await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}

#[tokio::test]
async fn plain_forms_name_their_login() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let mut pages = Vec::new();
    for number in [PHONE, OTHER_PHONE] {
        pages.push(browser.submit("/login", "/api/passwordless/start", &[("phone_number", number)]).await);
    }
    // The page of the first tab, loaded again, is still about the first number.
    let page = browser.open(pages[0].url.as_str()).await;
    assert!(page.shows("has been sent to +1 415 555 2671."));
    let name = page.url.query_pairs().find(|(name, _)| name == "login").unwrap().1.into_owned();
    assert!(page.text.contains(&format!(r#"name="login" value="{name}""#)));
    let fields = [("code", program.code_sent_to(PHONE).await), ("login", name)];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browser.submit("/login", "/api/passwordless/verify", &fields).await.url.path(), "/");
    assert!(browser.open("/profile").await.shows(PHONE));
}

#[tokio::test]
async fn browser_without_cookies_gets_an_explanation_and_no_second_sms() {
    let program = Program::both(&[]).await;
    let browser = Browser::without_cookies(&program.app);
    let page = browser.submit("/login", "/api/passwordless/start", &[("phone_number", PHONE)]).await;
    assert!(page.shows("Your browser does not keep cookies of this site."), "{}", page.text);
    let name = page.url.query_pairs().find(|(name, _)| name == "login").unwrap().1.into_owned();
    assert!(page.text.contains(&format!(r#"name="login" value="{name}""#)), "the form says which login is lost");
    program.clock.advance(time::Duration::minutes(1));
    let fields = [("phone_number", PHONE), ("login", name.as_str())];
    let page = browser.submit("/login", "/api/passwordless/start", &fields).await;
    assert!(page.shows("Your browser does not keep cookies of this site."));
    assert_eq!(program.codes_sent_to(PHONE).await.len(), 1);

    let outcome = browser.verify_for(&name, "123456").await;
    assert_eq!(outcome, VerifyOutcome::Refused(Refusal::CookiesBlocked), "with JavaScript too");
}

#[tokio::test]
async fn loopback_alias_redirects_to_the_base_url() {
    let program = Program::both(&[]).await;
    let elsewhere = Browser::new(&program.app.replace("localhost", "127.0.0.1"));
    let response = elsewhere.get("/login?return_to=/profile").await;
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()["location"], format!("{}/login?return_to=/profile", program.app));
    assert_eq!(elsewhere.get("/healthz").await.status(), StatusCode::OK, "probes go by address");
}

#[tokio::test]
async fn form_from_another_origin_gets_the_base_url() {
    let program = Program::both(&[]).await;
    let form = [("phone_number", PHONE)];
    let origin = program.app.replace("localhost", "app.localhost");
    let call = program.browser().call("start").header("origin", &origin).header("host", &origin[7..]).form(&form);
    let outcome: StartOutcome = call.send().await.unwrap().json().await.unwrap();
    assert_eq!(outcome, StartOutcome::Refused(Refusal::WrongAddress(program.app.clone())));
    assert!(program.codes_sent_to(PHONE).await.is_empty());

    let token = Program::both(&["--auth0-login-flow", "token"]).await;
    let origin = token.app.replace("localhost", "app.localhost");
    let call = token.browser().call("start").header("origin", &origin).header("host", &origin[7..]).form(&form);
    assert!(matches!(call.send().await.unwrap().json().await.unwrap(), StartOutcome::CodeSent(_)), "it can end there");
}
