//! The app's hook at the end of a login.

use crate::{
    admission::{callback, id_token},
    support::{
        PHONE,
        browser::Browser,
        fake_tenant::{FakeTenant, Key},
        team_app::TeamApp,
    },
};
use leptos_passwordless::{
    Terms,
    outcome::{Refusal, StartOutcome, VerifyOutcome},
    server::{ExposeSecret, LoginFlow, ServerHooks, SignIn, TermsPolicy},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::task::JoinSet;

const CLOSED: &str = "Your account is closed.";

/// A friendly tenant and an app with this hook, each of whose calls is counted.
struct Login {
    tenant: FakeTenant,
    key: Key,
    app: TeamApp,
    calls: Arc<AtomicU32>,
}

impl Login {
    async fn with_hook(flow: LoginFlow, answer: fn(SignIn, u32) -> Result<Value, String>) -> Self {
        let (tenant, key, calls) = (FakeTenant::new().await, Key::generate(), Arc::new(AtomicU32::new(0)));
        tenant.is_friendly().await;
        tenant.has_key(&key).await;
        if flow == LoginFlow::Token {
            tenant.issues(&id_token(&tenant, &key, Some(PHONE), None)).await;
        }
        let counter = Arc::clone(&calls);
        let app = TeamApp::start(&tenant.origin(), |config| {
            config.login_flow = flow;
            config.audience = Some("https://api.example".to_owned());
            config.hooks = ServerHooks::default().on_sign_in(move |sign_in| {
                let call = counter.fetch_add(1, Ordering::SeqCst) + 1;
                async move {
                    tokio::task::yield_now().await;
                    answer(sign_in, call)
                }
            });
        })
        .await;
        Self { tenant, key, app, calls }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    /// The path of the callback for a browser that has the right code.
    async fn callback(&self, browser: &Browser) -> String {
        browser.start_from(PHONE, "/profile").await;
        let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
        callback(&self.tenant, &self.key, Some(PHONE), &continue_to).await
    }
}

async fn data(browser: &Browser) -> Value {
    browser.get("/data").await.json().await.unwrap()
}

#[tokio::test]
async fn hook_of_parallel_and_repeated_callbacks_runs_once() {
    let login = Login::with_hook(LoginFlow::Redirect, |_, call| Ok(json!({ "call": call }))).await;
    let browser = login.app.browser();
    let url = login.callback(&browser).await;
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let (browser, url) = (browser.clone(), url.clone());
        requests.spawn(async move { browser.get(url).await.headers()["location"].clone() });
    }
    assert!(requests.join_all().await.iter().all(|location| location == "/profile"));
    browser.get(&url).await;
    assert_eq!((login.calls(), data(&browser).await), (1, json!({ "call": 1 })));
    assert_eq!(data(&browser).await, json!({ "call": 1 }), "on each later request");
}

#[tokio::test]
async fn hook_of_parallel_and_repeated_verify_requests_runs_once() {
    let login = Login::with_hook(LoginFlow::Token, |_, call| Ok(json!({ "call": call }))).await;
    let browser = login.app.browser();
    browser.start(PHONE).await;
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let browser = browser.clone();
        requests.spawn(async move { browser.verify("123456").await });
    }
    let outcomes = requests.join_all().await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, VerifyOutcome::Verified { .. })), "{outcomes:?}");
    browser.verify("123456").await;
    assert_eq!((login.calls(), data(&browser).await), (1, json!({ "call": 1 })));

    // Another login is another call.
    let other = login.app.browser();
    other.start(PHONE).await;
    other.verify("123456").await;
    assert_eq!((login.calls(), data(&other).await), (2, json!({ "call": 2 })));
}

#[tokio::test]
async fn refused_callback_shows_the_sentence_and_ends_the_login() {
    let login = Login::with_hook(LoginFlow::Redirect, |_, _| Err(CLOSED.to_owned())).await;
    let browser = login.app.browser();
    let url = login.callback(&browser).await;
    let mut requests = JoinSet::new();
    for _ in 0..4 {
        let (browser, url) = (browser.clone(), url.clone());
        requests.spawn(async move { browser.get(url).await.headers()["location"].clone() });
    }
    let pages = requests.join_all().await;
    assert!(pages.iter().all(|page| *page == pages[0] && page.to_str().unwrap().starts_with("/login?login=")));
    login.app.clock.advance(time::Duration::minutes(5));
    assert_eq!(browser.get(&url).await.headers()["location"], pages[0], "five minutes later");
    assert_eq!(login.calls(), 1);
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.refusal_of("123456").await, Refusal::Hook(CLOSED.to_owned()));
    assert_eq!(browser.resend().await, StartOutcome::Refused(Refusal::NoPendingLogin), "there is nothing to resend");
}

#[tokio::test]
async fn refused_verify_ends_the_login() {
    let login =
        Login::with_hook(LoginFlow::Token, |_, call| if call == 1 { Err(CLOSED.to_owned()) } else { Ok(Value::Null) })
            .await;
    let browser = login.app.browser();
    browser.start(PHONE).await;
    let mut requests = JoinSet::new();
    for _ in 0..4 {
        let browser = browser.clone();
        requests.spawn(async move { browser.verify("123456").await });
    }
    let refused = VerifyOutcome::Refused(Refusal::Hook(CLOSED.to_owned()));
    assert!(requests.join_all().await.iter().all(|outcome| *outcome == refused));
    assert_eq!(browser.verify("123456").await, refused, "once more");
    assert_eq!((login.calls(), browser.is_signed_in().await), (1, false));
    assert_eq!(browser.resend().await, StartOutcome::Refused(Refusal::NoPendingLogin));

    // The next login is a new one.
    browser.start(PHONE).await;
    assert!(matches!(browser.verify("123456").await, VerifyOutcome::Verified { .. }));
    assert_eq!((login.calls(), data(&browser).await), (2, Value::Null));
}

#[rstest]
#[case::redirect(LoginFlow::Redirect)]
#[case::token(LoginFlow::Token)]
#[tokio::test]
async fn refusal_is_shown_without_javascript(#[case] flow: LoginFlow) {
    let login = Login::with_hook(flow, |_, _| Err(CLOSED.to_owned())).await;
    let browser = login.app.browser();
    for _ in 0..2 {
        let page = if flow == LoginFlow::Redirect {
            browser.open(login.callback(&browser).await).await
        } else {
            browser.submit("/login", "/api/passwordless/start", &[("phone_number", PHONE)]).await;
            let page = browser.submit("/login", "/api/passwordless/verify", &[("code", "123456")]).await;
            login.app.clock.advance(time::Duration::SECOND);
            page
        };
        assert!(page.url.path() == "/login" && page.shows(CLOSED), "{}", page.text);
        let form = page.text.split_once(r#"<form id="lock0-phone""#).unwrap().1.split('>').next().unwrap();
        assert!(!form.contains("hidden"), "it goes back to the number: {form}");
        assert!(!browser.is_signed_in().await);
    }
}

/// A map whose keys are no texts is no JSON.
#[tokio::test]
async fn data_that_cannot_be_stored_sign_nobody_in() {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    tenant.issues(&id_token(&tenant, &key, Some(PHONE), None)).await;
    let app = TeamApp::start(&tenant.origin(), |config| {
        config.login_flow = LoginFlow::Token;
        config.hooks =
            ServerHooks::default().on_sign_in(async |_| Ok(std::collections::HashMap::from([((1, 2), "not a text")])));
    })
    .await;
    let browser = app.browser();
    browser.start(PHONE).await;
    assert_eq!(browser.refusal_of("123456").await, Refusal::Unexpected);
    assert!(!browser.is_signed_in().await);
}

#[rstest]
#[case::redirect(LoginFlow::Redirect)]
#[case::token(LoginFlow::Token)]
#[tokio::test]
async fn hook_knows_the_user_the_consent_the_tokens_and_the_page(#[case] flow: LoginFlow) {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    if flow == LoginFlow::Token {
        tenant.issues(&id_token(&tenant, &key, Some(PHONE), None)).await;
    }
    let app = TeamApp::start(&tenant.origin(), |config| {
        let links = Terms::new("/terms", "/privacy");
        config.terms = Some(TermsPolicy::new(links, "7", true));
        config.login_flow = flow;
        config.hooks = ServerHooks::default().on_sign_in(async |sign_in: SignIn| {
            let shown = format!("{sign_in:?}");
            let SignIn { user_id, name, claims, consent, tokens, return_to, client_ip, .. } = sign_in;
            let (tokens, consent) = (tokens.unwrap(), consent.unwrap());
            assert!(client_ip.is_loopback() && tokens.refresh_token.is_none());
            let lifetime = tokens.expires_at.unwrap() - consent.at;
            assert!((time::Duration::days(1)..time::Duration::hours(25)).contains(&lifetime), "{lifetime}");
            let token = tokens.access_token.expose_secret();
            assert!(!shown.contains(&format!("{token:?}")), "{shown}");
            Ok((user_id, name, claims["phone_number"].clone(), claims["exp"].is_i64(), consent.version, return_to))
        });
    })
    .await;
    let browser = app.browser();
    let fields = [("phone_number", PHONE), ("accept_terms", "on"), ("return_to", "/profile?tab=1")];
    browser.start_with(&fields).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
    if flow == LoginFlow::Redirect {
        browser.get(callback(&tenant, &key, Some(PHONE), &continue_to).await).await;
    }
    let user_id = "sms|0123456789abcdef01234567";
    assert_eq!(data(&browser).await, json!([user_id, PHONE, PHONE, true, "7", "/profile?tab=1"]));
}
