//! Pages, their headers, and who may see them.

use crate::support::{PHONE, fake_tenant::FakeTenant, program::Program};
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The status and the rest of an answer to a path that is sent as it is written here.
async fn get_as_it_is(program: &Program, path: &str) -> (u16, String) {
    let address = program.app.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: text/html\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

/// Spellings of a path that something between browser and page may take for it.
fn spellings(path: &str) -> Vec<String> {
    let name = path.trim_start_matches('/');
    let (first, rest) = name.split_at(1);
    let encoded = format!("/%{:02x}{rest}", first.as_bytes()[0]);
    [
        format!("{path}/"),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/x/..{path}"),
        format!("/%2e{path}"),
        format!("/x/%2E%2E{path}"),
        format!("{path}/."),
        format!("{path};a=b"),
        format!("{path}%2f"),
        format!("{path}%3Fa=b"),
        format!("/{}", name.to_uppercase()),
        encoded.replace('%', "%25"),
        encoded,
    ]
    .into()
}

#[tokio::test]
async fn profile_needs_a_session() {
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
async fn profile_needs_a_session_under_every_spelling_of_its_path() {
    let program = Program::both(&[]).await;
    for path in spellings("/profile").into_iter().chain(["/profile/../about".to_owned(), "/profile/x".to_owned()]) {
        let (status, answer) = get_as_it_is(&program, &path).await;
        assert_eq!(status, 303, "{path}: {answer}");
        assert!(answer.contains("location: /login?return_to="), "{path}: {answer}");
    }
}

#[tokio::test]
async fn not_found_page_is_the_same_for_every_path() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let nothing = browser.get("/nothing").await.text().await.unwrap();
    let (nothing, _) = nothing.split_once("<script").unwrap();
    assert!(
        nothing.contains("This page does not exist") && nothing.contains("<title>Not found · Passwordless</title>")
    );
    for path in ["/nothing/else", "/%6cogin", "/LOGIN", "/login;a=b", "/login/custom/x", "/gallery/x?dialogs=4"] {
        let (status, answer) = get_as_it_is(&program, path).await;
        assert_eq!(status, 404, "{path}");
        assert!(answer.contains(nothing), "{path}: {answer}");
    }
}

#[tokio::test]
async fn trailing_slash_is_ignored() {
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

    browser.sign_in(&program, PHONE).await;
    assert!(browser.open("/profile/").await.shows(PHONE));
    let page = browser.submit("/profile/", "/logout/", &[]).await;
    assert_eq!((page.url, page.status), (browser.url("/"), StatusCode::OK));
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn csp_is_strict_with_a_fresh_nonce_on_every_page() {
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
async fn health_endpoints_report_the_state() {
    let program = Program::both(&[]).await;
    for origin in [&program.app, &program.tenant] {
        for (path, expected) in [("/healthz", "ok"), ("/readyz", r#"{"ready":true,"missing":[]}"#)] {
            let response = reqwest::get(format!("{origin}{path}")).await.unwrap();
            assert_eq!((response.status(), response.text().await.unwrap().as_str()), (StatusCode::OK, expected));
        }
    }
}

#[tokio::test]
async fn country_is_guessed_from_the_language() {
    let program = Program::both(&[]).await;
    let request =
        reqwest::Client::new().get(program.browser().url("/login")).header("accept-language", "de-AT,en;q=0.5");
    let html = request.send().await.unwrap().text().await.unwrap();
    let at = html.find(r#"value="AT""#).expect("Austria");
    assert!(html[at..at + 30].contains("selected"));
}

#[tokio::test]
async fn gallery_is_served_on_loopback_only() {
    let here = Program::both(&[]).await;
    let tenant = FakeTenant::new().await;
    let public =
        Program::app(&tenant.origin(), &["--app-base-url", "https://app.example", "--auth0-login-flow", "token"]).await;
    for path in ["/gallery", "/gallery/options"] {
        assert_eq!(here.browser().get(path).await.status(), StatusCode::OK, "{path}");
        for spelling in spellings(path).into_iter().chain([path.to_owned()]) {
            let (status, answer) = get_as_it_is(&public, &spelling).await;
            assert_eq!(status, 404, "{spelling}");
            assert!(!answer.contains("exhibits") && answer.len() < 10_000, "{spelling}: {answer}");
        }
    }
}

#[tokio::test]
async fn gallery_bounds_its_query_parameters() {
    let program = Program::both(&[]).await;
    let long = "x".repeat(1000);
    let browser = program.browser();
    let path = format!("/gallery/options?dialogs=4000&title={long}&flash={long}&open_label={long}&logo={long}");
    let page = browser.get(path).await.text().await.unwrap();
    assert_eq!(page.matches("<dialog").count(), 5, "four, and that of the header");
    assert!(page.contains(&long[..200]) && !page.contains(&long[..201]));
}

#[tokio::test]
async fn custom_colour_complies_with_the_csp() {
    let program = Program::both(&[]).await;
    let response = program.browser().get("/gallery/options?primary_color=%23ea5323").await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split_once("style-src 'self' 'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
    let rule = format!("<style nonce=\"{nonce}\">.lock-color-ea5323{{--lock-accent:#ea5323}}</style>");
    assert!(response.text().await.unwrap().contains(&rule));
}

#[tokio::test]
async fn logout_page_has_a_button() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    let page = browser.open("/logout").await;
    assert_eq!((page.url.path(), page.status), ("/logout", StatusCode::OK));
    assert!(page.shows("You are not signed in.") && page.text.contains(r#"<a href="/login">Log in</a>"#));
    assert!(!page.text.contains("<form"), "there is nothing to press, and no login that comes back to here");

    browser.sign_in(&program, PHONE).await;
    let page = browser.open("/logout").await;
    assert!(page.status == StatusCode::OK && page.shows("You are signed in as +14155552671."));
    assert!(page.text.contains(r#"method="post" action="/logout""#), "{}", page.text);
    assert_eq!(page.text.matches("<form").count(), 1, "one button is enough");
    assert!(browser.is_signed_in().await, "looking at it signs nobody out");

    let page = browser.submit("/logout", "/logout", &[]).await;
    assert_eq!((page.url, page.status), (browser.url("/"), StatusCode::OK));
    assert!(!browser.is_signed_in().await);
}
