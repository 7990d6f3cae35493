//! The app and its tenant by IPv6 addresses: `APP_BASE_URL=http://[::1]:3000`.

use crate::support::{PHONE, program::Program};
use leptos_passwordless::outcome::{StartOutcome, VerifyOutcome};
use reqwest::StatusCode;
use rstest::rstest;

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn ipv6_login_and_logout_work(#[case] flow: &str) {
    let Some(program) = Program::on_ipv6(&["--auth0-login-flow", flow]).await else { return };
    assert!(program.app.starts_with("http://[::1]:") && program.tenant.starts_with("http://[::1]:"));
    let browser = program.browser();
    assert!(matches!(browser.start_from(PHONE, "/profile").await, StartOutcome::CodeSent(_)));
    let outcome = browser.verify(&program.code_sent_to(PHONE).await).await;
    let VerifyOutcome::Verified { continue_to } = outcome else { panic!("{flow}: {outcome:?}") };
    let page = browser.open(continue_to).await;
    assert!(page.url == browser.url("/profile") && page.shows(PHONE), "{flow}: {}", page.url);
    let page = browser.submit("/profile", "/logout", &[]).await;
    assert_eq!(page.url, browser.url("/"), "{flow}");
    assert!(!browser.is_signed_in().await, "{flow}");
}

#[tokio::test]
async fn ipv6_login_works_with_plain_forms() {
    let Some(program) = Program::on_ipv6(&[]).await else { return };
    let browser = program.browser();
    let call = browser.call("start").header("origin", &program.app).header("sec-fetch-site", "same-origin");
    assert_eq!(call.form(&[("phone_number", PHONE)]).send().await.unwrap().status(), StatusCode::OK);
    let code = program.code_sent_to(PHONE).await;
    let page = browser.submit("/login", "/api/passwordless/verify", &[("code", &code)]).await;
    assert_eq!(page.url, browser.url("/"));
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn csp_names_the_scheme_instead_of_an_ipv6_address() {
    for (tenant, source) in [
        ("http://[::1]:3001", "http:"),
        ("https://[2001:db8::1]", "https:"),
        ("http://127.0.0.1:3001", "http://127.0.0.1:3001"),
        ("https://demo.eu.auth0.com", "https://demo.eu.auth0.com"),
    ] {
        let program = Program::app(tenant, &[]).await;
        let response = program.browser().get("/login").await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        let forms = policy.split("; ").find_map(|part| part.strip_prefix("form-action ")).expect("a rule for forms");
        assert_eq!(forms, format!("'self' {source}"));
    }
}
