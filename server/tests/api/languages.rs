//! The language of the page and of the SMS.

use crate::support::{PHONE, fake_tenant::FakeTenant, program::Program};

#[tokio::test]
async fn dialog_uses_the_browsers_language_or_a_fallback() {
    let program = Program::both(&[]).await;
    for (languages, expected) in [
        ("de-AT,en;q=0.5", r#"lang="de" dir="ltr""#),
        ("xx, fr-CH;q=0.9, en;q=0.8", r#"lang="fr" dir="ltr""#),
        ("ar-EG", r#"lang="ar" dir="rtl""#),
        ("zh-Hant-TW", r#"lang="zh-TW" dir="ltr""#),
        ("tlh", r#"lang="en" dir="ltr""#),
    ] {
        let page = program.browser().get_in("/login", languages).await;
        assert!(page.contains(expected), "{languages}");
    }
    let page = program.browser().get_in("/login", "de").await;
    assert!(page.contains("Deutschland (\u{200e}+49)") && !page.contains("Germany"));
}

#[tokio::test]
async fn language_cookie_outranks_the_browser_and_the_configuration_both() {
    let english = Program::both(&["--lock-language", "en"]).await;
    let any = Program::both(&[]).await;
    for (program, expected) in [(any, r#"lang="ja""#), (english, r#"lang="en" dir"#)] {
        let request = reqwest::Client::new().get(program.browser().url("/login"));
        let request = request.header("accept-language", "de").header("cookie", "language=ja");
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn sms_language_is_passed_to_the_tenant() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let program = Program::app(&tenant.origin(), &[]).await;
    let call = program.browser().call("start").header("accept-language", "pt-BR,en;q=0.5");
    call.form(&[("phone_number", PHONE)]).send().await.unwrap();

    let requests = tenant.server.received_requests().await.unwrap();
    let start = requests.iter().find(|request| request.url.path() == "/passwordless/start").expect("a start");
    assert_eq!(start.headers["x-request-language"], "pt-br");
}

#[tokio::test]
async fn sms_notice_is_shown_in_the_users_language_if_configured() {
    let begin = [("en", "Codes by SMS can be"), ("de-AT", "Codes per SMS können"), ("ja", "電話番号が第三者に")];
    let (with, without) = (Program::both(&["--sms-notice"]).await, Program::both(&[]).await);
    for (languages, text) in begin {
        let page = with.browser().get_in("/login", languages).await;
        assert!(page.contains(text), "{languages}");
        let silent = without.browser().get_in("/login", languages).await;
        assert!(!silent.contains(text) && !silent.contains("sms-notice"), "{languages}");
    }
    let arabic = with.browser().get_in("/login", "ar-EG").await;
    let tag = arabic.split('<').find(|tag| tag.contains("sms-notice")).expect("the notice");
    assert!(tag.contains(r#"lang="ar""#) && tag.contains(r#"dir="rtl""#), "{tag}");
}
