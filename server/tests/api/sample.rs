//! `/sample`: the page with the tenant's scripts, and its callback.

use crate::support::{
    PHONE,
    browser::Browser,
    fake_tenant::FakeTenant,
    program::{Program, wrong},
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

const PATHS: [&str; 4] = ["/sample", "/sample/sample.js", "/sample/sample.css", "/sample/callback"];

/// The value of an attribute of the page.
fn attribute<'a>(html: &'a str, name: &str) -> &'a str {
    html.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0
}

/// The second column as its script does it; ends with the address that the tenant sends the browser to.
async fn verified(program: &Program, browser: &Browser, html: &str) -> Response {
    let (client_id, state) = (attribute(html, "data-client-id"), attribute(html, "data-state"));
    let post = |path: &str, body: Value| {
        let url = Url::parse(&program.tenant).unwrap().join(path).unwrap();
        browser.request(Method::POST, url).header("origin", &program.app).json(&body)
    };
    let start = json!({ "client_id": client_id, "connection": "sms", "phone_number": PHONE, "send": "code" });
    let started = post("/passwordless/start", start).send().await.unwrap();
    assert_eq!(started.status(), StatusCode::OK);
    assert_eq!(started.headers()["access-control-allow-origin"], program.app.as_str());
    let code = program.code_sent_to(PHONE).await;
    for (code, status) in [(wrong(&code), StatusCode::FORBIDDEN), (code.clone(), StatusCode::OK)] {
        let body =
            json!({ "client_id": client_id, "connection": "sms", "phone_number": PHONE, "verification_code": code });
        let response = post("/passwordless/verify", body).send().await.unwrap();
        assert_eq!(response.status().is_success(), status.is_success());
    }
    let parameters = [
        ("client_id", client_id),
        ("redirect_uri", attribute(html, "data-callback")),
        ("response_type", "code"),
        ("scope", "openid profile phone"),
        ("connection", "sms"),
        ("phone_number", PHONE),
        ("verification_code", &code),
        ("state", state),
    ];
    let url = format!("{}/passwordless/verify_redirect", program.tenant);
    browser.get(Url::parse_with_params(&url, parameters).unwrap()).await
}

#[tokio::test]
async fn sample_is_served_on_loopback_with_the_embedded_tenant_only() {
    let here = Program::both(&[]).await;
    let tenant = FakeTenant::new().await;
    let elsewhere = Program::app(&tenant.origin(), &[]).await;
    let public = Program::both(&["--app-base-url", "https://app.example", "--auth0-login-flow", "token"]).await;
    for path in PATHS {
        assert_ne!(here.browser().get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(elsewhere.browser().get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(Browser::new(&public.app).get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn sample_page_names_tenant_and_client_under_strict_csp() {
    let program = Program::both(&[]).await;
    let response = program.browser().get("/sample").await;
    let tenant = &program.tenant;
    assert_eq!(
        response.headers()["content-security-policy"].to_str().unwrap(),
        format!(
            "default-src 'none'; script-src 'self' {tenant}; style-src 'self'; frame-src {tenant}; connect-src {tenant}; \
             img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let html = response.text().await.unwrap();
    let state = attribute(&html, "data-state");
    assert_eq!(cookie, format!("sample_state={state}; Path=/sample; HttpOnly; SameSite=Lax"));
    assert_eq!(attribute(&html, "data-domain"), tenant.trim_start_matches("http://"));
    assert_eq!(attribute(&html, "data-callback"), format!("{}/sample/callback", program.app));
    assert!(html.contains(&format!("src=\"{tenant}/lock-passwordless.js\"")) && !html.contains("{{"));
}

#[tokio::test]
async fn sample_link_leads_to_the_login_page_of_the_tenant() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let html = browser.get("/sample").await.text().await.unwrap();
    let link = attribute(html.split_once("class=\"button\"").unwrap().1, "href").replace("&amp;", "&");
    let url = Url::parse(&link).unwrap();
    let query: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(query, ["client_id", "redirect_uri", "response_type", "scope", "connection", "state"]);
    let page = browser.open(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.url.as_str().starts_with(&format!("{}/u/login/", program.tenant)), "{}", page.url);
}

#[tokio::test]
async fn sample_login_by_your_own_ui_ends_with_the_phone_number() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    let html = browser.get("/sample").await.text().await.unwrap();
    let redirect = verified(&program, &browser, &html).await;
    let location = redirect.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with(&format!("{}/sample/callback?", program.app)), "{location}");

    let response = browser.get(&location).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let page = response.text().await.unwrap();
    assert!(page.contains("You are logged in") && page.matches(PHONE).count() >= 2, "{page}");
    assert!(page.contains("href=\"/sample\""));
    assert!(!browser.is_signed_in().await, "the app's own session is not the sample's");

    let again = browser.get(&location).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST, "the state is used up");
}

#[tokio::test]
async fn sample_callback_refuses_the_state_of_another_browser() {
    let program = Program::both(&[]).await;
    let (browser, other) = (program.browser(), program.browser());
    let html = browser.get("/sample").await.text().await.unwrap();
    let location = verified(&program, &browser, &html).await.headers()["location"].to_str().unwrap().to_owned();
    other.get("/sample").await;
    for (browser, url) in [
        (&other, location.as_str()),
        (&program.browser(), location.as_str()),
        (&browser, "/sample/callback?code=x&state=0"),
        (&browser, "/sample/callback?code=x"),
        (&browser, "/sample/callback?error=x&error_description=Call+us&state="),
    ] {
        let response = browser.get(url).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{url}");
        let page = response.text().await.unwrap();
        assert!(page.contains("not begun in this browser") && !page.contains("Call us"), "{page}");
    }
    assert!(browser.get(&location).await.text().await.unwrap().contains(PHONE), "the login itself is not harmed");
}

#[tokio::test]
async fn sample_callback_says_errors_in_words() {
    let program = Program::both(&[]).await;
    for (query, words) in [
        ("error=access_denied&error_description=%3Cb%3EWrong+code.", "&lt;b&gt;Wrong code."),
        ("error=access_denied", "access_denied"),
        ("code=unknown", "Invalid authorization code"),
    ] {
        let browser = program.browser();
        let html = browser.get("/sample").await.text().await.unwrap();
        let url = format!("/sample/callback?{query}&state={}", attribute(&html, "data-state"));
        let page = browser.get(&url).await.text().await.unwrap();
        assert!(page.contains(words), "{page}");
    }
}

#[tokio::test]
async fn sample_says_which_callback_the_client_lacks() {
    let yaml = r"
clients:
  - name: Web
    client_id: web
    client_secret: hush
    app_type: regular_web
    callbacks: [CALLBACK_URL]
    grant_types: [authorization_code]
connections:
  - { name: sms, strategy: sms }
";
    let program = Program::with_tenant_yaml(yaml, &[]).await;
    let html = program.browser().get("/sample").await.text().await.unwrap();
    assert!(
        html.contains(&format!("<code>- {}/sample/callback</code>", program.app)) && !html.contains("hush"),
        "{html}"
    );
    let program = Program::both(&[]).await;
    assert!(!program.browser().get("/sample").await.text().await.unwrap().contains("<code>"));
}

#[tokio::test]
async fn default_client_lists_the_callback_of_the_sample_on_loopback_only() {
    let here = Program::both(&[]).await;
    let public = Program::both(&["--app-base-url", "https://app.example", "--auth0-login-flow", "token"]).await;
    for (program, base, path, is_listed) in [
        (&here, here.app.as_str(), "/sample/callback", true),
        (&public, "https://app.example", "/sample/callback", false),
        (&public, "https://app.example", "/callback", true),
    ] {
        let callback = format!("{base}{path}");
        let parameters = [("client_id", "passwordless"), ("redirect_uri", &callback), ("response_type", "code")];
        let url = Url::parse_with_params(&format!("{}/authorize", program.tenant), parameters).unwrap();
        let response = program.browser().get(url).await;
        assert_eq!(response.headers().contains_key("location"), is_listed, "{callback}");
    }
}
