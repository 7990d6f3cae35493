//! Pages, their headers, and who may see them.

use crate::{fake_tenant::FakeTenant, program::Program};
use reqwest::StatusCode;

#[tokio::test]
async fn the_profile_is_for_the_signed_in_only() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let response = browser.get("/profile?tab=a%26b").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/login?return_to=%2Fprofile%3Ftab%3Da%2526b");

    let page = browser.open("/profile?tab=a%26b").await;
    assert!(page.text.contains(r#"name="return_to" value="/profile?tab=a%26b""#), "the way back is kept");

    let request = reqwest::Client::new().get(browser.url("/profile")).header("accept", "application/json");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    for path in ["/", "/login/", "/login/custom/", "/login/?return_to=/profile/", "/login//", "/healthz/"] {
        assert_eq!(browser.get(path).await.status(), StatusCode::OK, "{path}");
    }
    for path in ["/profile/?tab=a", "/profile//?tab=a"] {
        let response = browser.get(path).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(response.headers()["location"], "/login?return_to=%2Fprofile%3Ftab%3Da", "{path}");
    }
    assert_eq!(browser.get("/nothing/").await.status(), StatusCode::NOT_FOUND);

    browser.sign_in(&program, "+14155552671").await;
    assert!(browser.open("/profile/").await.shows("+14155552671"));
    let page = browser.submit("/profile/", "/logout/", &[]).await;
    assert_eq!((page.url, page.status), (browser.url("/"), StatusCode::OK));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn every_page_has_a_strict_policy_with_a_nonce_of_its_own() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let mut nonces = Vec::new();
    for path in ["/", "/login", "/login/custom", "/nothing"] {
        let response = browser.get(path).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; "));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert_eq!(response.headers()["cache-control"], "no-store");
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
        let html = response.text().await.unwrap();
        let scripts = html.matches("<script").count();
        assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{path}: every script has it");
        assert!(!html.contains("style=\""), "{path}: no inline style");
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn the_program_tells_how_it_is() {
    let program = Program::both(&[]).await;
    for path in ["/healthz", "/readyz"] {
        let page = program.browser().open(path).await;
        assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "ok"), "{path}");
    }
}

#[tokio::test]
async fn the_country_is_guessed_from_the_language() {
    let program = Program::both(&[]).await;
    let request =
        reqwest::Client::new().get(program.browser().url("/login")).header("accept-language", "de-AT,en;q=0.5");
    let html = request.send().await.unwrap().text().await.unwrap();
    let at = html.find(r#"value="AT""#).expect("Austria");
    assert!(html[at..at + 30].contains("selected"));
}

#[tokio::test]
async fn the_gallery_is_for_those_who_develop() {
    let here = Program::both(&[]).await;
    let tenant = FakeTenant::new().await;
    let public = Program::app(&tenant.origin(), &["--app-base-url", "https://app.example"]).await;
    for path in ["/gallery", "/gallery/options"] {
        assert_eq!(here.browser().get(path).await.status(), StatusCode::OK, "{path}");
        assert_eq!(public.browser().get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_colour_of_the_apps_own_keeps_to_the_policy() {
    let program = Program::both(&[]).await;
    let response = program.browser().get("/gallery/options?primary_color=%23ea5323").await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split_once("style-src 'self' 'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
    let rule = format!("<style nonce=\"{nonce}\">.lock-color-ea5323{{--lock-accent:#ea5323}}</style>");
    assert!(response.text().await.unwrap().contains(&rule));
}

#[tokio::test]
async fn logout_has_a_page_with_a_button() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let page = browser.open("/logout").await;
    assert_eq!((page.url.path(), page.status), ("/logout", StatusCode::OK));
    assert!(page.shows("You are not signed in.") && page.text.contains(r#"<a href="/login">Log in</a>"#));
    assert!(!page.text.contains("<form"), "there is nothing to press, and no login that comes back to here");

    browser.sign_in(&program, "+14155552671").await;
    let page = browser.open("/logout").await;
    assert!(page.status == StatusCode::OK && page.shows("You are signed in as +14155552671."));
    assert!(page.text.contains(r#"method="post" action="/logout""#), "{}", page.text);
    assert_eq!(page.text.matches("<form").count(), 1, "one button is enough");
    assert!(browser.is_signed_in().await, "looking at it signs nobody out");

    let page = browser.submit("/logout", "/logout", &[]).await;
    assert_eq!((page.url, page.status), (browser.url("/"), StatusCode::OK));
    assert!(!browser.is_signed_in().await);
}
