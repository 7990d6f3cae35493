//! Whichever way a login came, the app is asked about the number in the ID token before a session begins.

use crate::support::{
    PHONE,
    browser::{Browser, Page},
    clock::TestClock,
    fake_tenant::{FakeTenant, Key},
    program::Program,
};
use leptos_passwordless::outcome::{Refusal, VerifyOutcome};
use serde_json::{Value, json};
use url::Url;

const BRITISH: &str = "+447911123456";
const AMERICAN: &str = PHONE;
const BRITONS_ONLY: [&str; 2] = ["--limit-countries", "GB"];

async fn tenant() -> (FakeTenant, Key) {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    (tenant, key)
}

/// A good ID token for this number.
pub fn id_token(tenant: &FakeTenant, key: &Key, phone_number: Option<&str>, nonce: Option<&str>) -> String {
    let now = TestClock::default().now().unix_timestamp();
    let mut claims = json!({
        "iss": tenant.issuer(), "sub": "sms|0123456789abcdef01234567", "aud": "client", "iat": now, "exp": now + 60,
    });
    for (name, value) in [("phone_number", phone_number), ("nonce", nonce)] {
        if let Some(value) = value {
            claims[name] = Value::from(value);
        }
    }
    key.sign(&json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }), &claims)
}

/// The tenant sends a browser back, and says that this number signed in.
pub async fn callback(tenant: &FakeTenant, key: &Key, phone_number: Option<&str>, sent_to: &str) -> String {
    let url = Url::parse(sent_to).unwrap();
    let sent =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap();
    tenant.issues_once(&id_token(tenant, key, phone_number, Some(&sent("nonce")))).await;
    format!("/callback?code=any&state={}", sent("state"))
}

/// Where `/login/hosted` sends a browser.
pub async fn hosted(browser: &Browser) -> String {
    browser.get("/login/hosted").await.headers()["location"].to_str().unwrap().to_owned()
}

/// Where a browser goes on to that has the right code for a number.
async fn continue_to(browser: &Browser, phone_number: &str) -> String {
    browser.start(phone_number).await;
    match browser.verify("123456").await {
        VerifyOutcome::Verified { continue_to } => continue_to,
        refused => panic!("{refused:?}"),
    }
}

/// What comes of a login by each way in that a browser goes along, for this number in the ID token.
async fn by_each_way(arguments: &[&str], phone_number: Option<&str>) -> [(Browser, Page); 2] {
    let (tenant, key) = tenant().await;
    let program = Program::app(&tenant.origin(), arguments).await;
    let by_the_page = program.browser();
    let url = callback(&tenant, &key, phone_number, &hosted(&by_the_page).await).await;
    let page = by_the_page.open(url).await;
    let by_the_code = program.browser();
    let url = callback(&tenant, &key, phone_number, &continue_to(&by_the_code, BRITISH).await).await;
    let after_the_code = by_the_code.open(url).await;
    [(by_the_page, page), (by_the_code, after_the_code)]
}

/// The same on the server.
async fn by_token(arguments: &[&str], phone_number: Option<&str>) -> VerifyOutcome {
    let (tenant, key) = tenant().await;
    tenant.issues(&id_token(&tenant, &key, phone_number, None)).await;
    let program = Program::app(&tenant.origin(), &[&["--auth0-login-flow", "token"], arguments].concat()).await;
    let browser = program.browser();
    browser.start(BRITISH).await;
    let outcome = browser.verify("123456").await;
    assert_eq!(browser.is_signed_in().await, matches!(outcome, VerifyOutcome::Verified { .. }));
    outcome
}

#[tokio::test]
async fn number_of_a_disallowed_country_does_not_sign_in() {
    for (number, may) in [(BRITISH, true), (AMERICAN, false), ("+0447911123456", false), ("+99912345678", false)] {
        for (browser, page) in by_each_way(&BRITONS_ONLY, Some(number)).await {
            assert_eq!(browser.is_signed_in().await, may, "{number}: {}", page.text);
            assert_eq!(page.url.path() == "/login", !may, "{number}");
        }
    }
    for (_, page) in by_each_way(&BRITONS_ONLY, Some(AMERICAN)).await {
        assert!(
            page.shows("We can't send codes to this country.") && page.text.contains(r#"name="phone_number""#),
            "{}",
            page.text
        );
    }
    let signed_in = VerifyOutcome::Verified { continue_to: "/".to_owned() };
    assert_eq!(by_token(&BRITONS_ONLY, Some(BRITISH)).await, signed_in);
    assert_eq!(by_token(&BRITONS_ONLY, Some(AMERICAN)).await, VerifyOutcome::Refused(Refusal::CountryNotAllowed));
    assert_eq!(by_token(&[], Some(AMERICAN)).await, signed_in);
}

#[tokio::test]
async fn token_without_a_number_does_not_sign_in() {
    for (arguments, may) in [(&BRITONS_ONLY[..], false), (&[], true)] {
        for (browser, page) in by_each_way(arguments, None).await {
            assert_eq!(browser.is_signed_in().await, may, "{arguments:?}: {}", page.text);
        }
    }
    assert_eq!(by_token(&BRITONS_ONLY, None).await, VerifyOutcome::Refused(Refusal::Misconfigured));
}

/// As when the operator has put new terms into force while someone logged in.
#[tokio::test]
async fn new_terms_need_a_new_consent() {
    let (tenant, key) = tenant().await;
    let terms =
        ["--terms-url", "https://app.example/t", "--privacy-url", "https://app.example/p", "--must-accept-terms"];
    let before = Program::app(&tenant.origin(), &[&terms[..], &["--terms-version", "1"]].concat()).await;
    let browser = before.browser();
    let accepted = [("phone_number", AMERICAN), ("accept_terms", "on")];
    browser.start_with(&accepted).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
    let path = callback(&tenant, &key, Some(AMERICAN), &continue_to).await;

    let since = Program::app(&tenant.origin(), &[&terms[..], &["--terms-version", "2"]].concat()).await;
    let page = browser.open(since.browser().url(&path)).await;
    assert!(page.url.path() == "/login" && page.shows("Please accept the terms to go on."), "{}", page.text);
    assert!(page.text.contains(r#"name="accept_terms""#));
    let profile = browser.get(since.browser().url("/profile")).await;
    assert_ne!(profile.status(), reqwest::StatusCode::OK);
}
