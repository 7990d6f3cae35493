//! The language of the page and of the SMS.

use crate::support::{PHONE, fake_tenant::FakeTenant, program::Program};
use leptos_passwordless::server::Language;
use serde_json::Value;

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
        let (_, dialog) = page.split_once("<main").unwrap();
        assert!(dialog.contains(expected), "{languages}");
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
        let (_, dialog) = page.split_once("<main").unwrap();
        assert!(dialog.contains(expected), "{expected}");
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
async fn sms_is_in_the_language_of_the_dialog_with_its_word_for_a_code() {
    let program = Program::both(&["--limit-starts-per-ip-hour", "0", "--sms-pumping-breaker", "false"]).await;
    for (index, language) in Language::all().enumerate() {
        let phone = format!("+14155552{index:03}");
        let call = program.browser().call("start").header("accept-language", language.tag());
        assert_eq!(call.form(&[("phone_number", &phone)]).send().await.unwrap().status(), 200);
        let text = program.text_sent_to(&phone).await;
        assert!(text.to_lowercase().contains(&word_for_code(language)), "{}: {text}", language.tag());
        assert_eq!(text.starts_with("Your verification"), language.tag() == "en", "{}: {text}", language.tag());
        let code = program.code_sent_to(&phone).await;
        assert!(text.contains(&code) && code.len() == 6, "{}: {text}", language.tag());
    }
}

/// The label of the field for the code, without the article that Arabic has in front.
fn word_for_code(language: Language) -> String {
    let file = format!("{}/../src/messages/{}.json", env!("CARGO_MANIFEST_DIR"), language.tag());
    let dictionary: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    dictionary["codeLabel"].as_str().unwrap().trim_start_matches("ال").to_lowercase()
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
