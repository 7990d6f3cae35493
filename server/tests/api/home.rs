//! The home page, and the texts of the app's pages.

use crate::support::{PHONE, browser::Browser, fake_tenant::FakeTenant, program::Program};
use rstest::rstest;

#[rstest]
#[case::german("de-AT,en;q=0.5", r#"<html lang="de" dir="ltr""#, "Anmelden mit dem Telefon")]
#[case::arabic("ar-EG", r#"<html lang="ar" dir="rtl""#, "سجّل الدخول بهاتفك")]
#[case::brazilian("pt-BR", r#"<html lang="pt-BR" dir="ltr""#, "Entre com seu telefone")]
#[case::unknown("tlh", r#"<html lang="en" dir="ltr""#, "Log in with your phone")]
#[tokio::test]
async fn home_page_speaks_the_language_of_the_browser(
    #[case] languages: &str,
    #[case] document: &str,
    #[case] heading: &str,
) {
    let program = Program::both(&[]).await;
    let page = program.browser().get_in("/", languages).await;
    assert!(page.contains(document) && page.contains(&format!("<h1>{heading}</h1>")), "{page}");
}

#[tokio::test]
async fn every_page_says_which_language_it_is_in() {
    let program = Program::both(&[]).await;
    for path in ["/", "/login", "/login/custom", "/logout", "/nothing"] {
        let page = program.browser().get_in(path, "fa").await;
        assert!(
            page.contains(r#"<html lang="fa" dir="rtl""#) && page.contains("نمایه") != (path == "/nothing"),
            "{path}"
        );
    }
    let own_ui = program.browser().get_in("/login/custom", "fa").await;
    assert!(own_ui.contains(r#"<div lang="en" dir="ltr">"#), "its own words are English");
}

#[tokio::test]
async fn language_that_is_configured_is_the_one_of_the_pages() {
    let program = Program::both(&["--lock-language", "nl"]).await;
    let page = program.browser().get_in("/", "de").await;
    assert!(page.contains(r#"<html lang="nl""#) && page.contains("Inloggen met je telefoon"), "{page}");
}

/// A number that begins with a sign would be turned around in a text from right to left.
#[tokio::test]
async fn signed_in_pages_speak_the_language_of_the_browser() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    let home = browser.get_in("/", "de").await;
    assert!(home.contains(&format!("Sie sind als {PHONE} angemeldet.")), "{home}");
    let home = browser.get_in("/", "he").await;
    assert!(home.contains(&format!("התחברת בתור \u{2068}{PHONE}\u{2069}.")), "{home}");
    let profile = browser.get_in("/profile", "de").await;
    assert!(profile.contains("<dt>Benutzer-ID</dt>") && profile.contains("<title>Profil · Passwordless</title>"));
}

#[tokio::test]
async fn home_page_links_to_what_a_developer_has() {
    let program = Program::both(&[]).await;
    let page = program.browser().get("/").await.text().await.unwrap();
    let outbox = format!("{}/outbox", program.tenant);
    for url in ["/login", "/login/custom", "/login/hosted", "/sample", "/gallery", &outbox] {
        assert!(page.contains(&format!("<a href=\"{url}\"")), "{url}: {page}");
    }
    for picture in ["way-dialog", "way-own", "way-hosted", "way-script"] {
        let file = format!("{}/../public/{picture}.svg", env!("CARGO_MANIFEST_DIR"));
        assert!(page.contains(&format!("<img src=\"/{picture}.svg\"")) && std::path::Path::new(&file).is_file());
    }
}

#[tokio::test]
async fn home_page_links_to_nothing_that_is_not_there() {
    let tenant = FakeTenant::new().await;
    let elsewhere = Program::app(&tenant.origin(), &[]).await;
    let page = elsewhere.browser().get("/").await.text().await.unwrap();
    assert!(page.contains("\"/gallery\"") && !page.contains("/sample\"") && !page.contains("/outbox"), "{page}");

    let public = Program::both(&["--app-base-url", "https://app.example", "--auth0-login-flow", "token"]).await;
    let browser = Browser::new(&public.app);
    let page = browser.get("/").await.text().await.unwrap();
    assert!(
        page.contains("\"/login/hosted\"") && !page.contains("\"/gallery\"") && !page.contains("\"/sample\""),
        "{page}"
    );
}
