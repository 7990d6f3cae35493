//! An app of another team: its own hooks, and a code to a number that it knows.

use crate::{
    admission::{callback, hosted, id_token},
    support::{
        OTHER_PHONE, PHONE,
        browser::Browser,
        fake_tenant::{FakeTenant, Key},
        team_app::TeamApp,
    },
};
use leptos::server;
use leptos_passwordless::{
    Country, PhoneNumber, Terms,
    outcome::{ApiError, Refusal, StartOutcome, VerifyOutcome},
    server::{AuthConfig, LoginAttempt, LoginFlow, ServerHooks, TermsPolicy, send_code_to},
};
use reqwest::StatusCode;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

#[server(prefix = "/api/passwordless", endpoint = "/step_up")]
async fn step_up() -> Result<StartOutcome, ApiError> {
    send_code_to(&PhoneNumber::parse(PHONE).map_err(|_| ApiError::ServerError)?, "/profile").await
}

async fn app(tenant: &FakeTenant, hooks: ServerHooks) -> Browser {
    app_with(tenant, |config| config.hooks = hooks).await
}

async fn app_with(tenant: &FakeTenant, configure: impl FnOnce(&mut AuthConfig)) -> Browser {
    TeamApp::start(&tenant.origin(), configure).await.browser()
}

async fn britons_only(attempt: LoginAttempt) -> Result<(), String> {
    if attempt.phone_number.as_str().starts_with("+44") { Ok(()) } else { Err("Britons only.".to_owned()) }
}

/// Hooks that wait, and what they were called with: the step, and two extra fields.
fn recording() -> (ServerHooks, Arc<Mutex<Vec<String>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let record = |hook: &'static str, calls: &Arc<Mutex<Vec<String>>>| {
        let calls = Arc::clone(calls);
        move |attempt: LoginAttempt| {
            let calls = Arc::clone(&calls);
            async move {
                tokio::task::yield_now().await;
                let extra = ["captcha", "invitation"].map(|name| attempt.extra.get(name).unwrap_or("-").to_owned());
                calls.lock().unwrap().push(format!("{hook} {:?} {}", attempt.step, extra.join(" ")));
                Ok(())
            }
        }
    };
    let hooks = ServerHooks::default().before_start(record("start", &calls)).before_verify(record("verify", &calls));
    (hooks, calls)
}

async fn calls(tenant: &FakeTenant, path: &str) -> usize {
    let requests = tenant.server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.url.path() == path).count()
}

#[tokio::test]
async fn hook_refuses_with_its_own_message_and_nothing_is_sent() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let hooks = ServerHooks::default().before_start(britons_only).before_verify(async |attempt: LoginAttempt| {
        assert!(attempt.client_ip.is_loopback() && attempt.phone_number.as_str() == "+447911123456");
        Err("Not on a Sunday.".to_owned())
    });
    let browser = app(&tenant, hooks).await;

    let refused = StartOutcome::Refused(Refusal::Hook("Britons only.".to_owned()));
    assert_eq!(browser.start(PHONE).await, refused);
    assert_eq!(calls(&tenant, "/passwordless/start").await, 0);
    assert!(matches!(browser.start("+447911123456").await, StartOutcome::CodeSent(_)));
    assert_eq!(browser.refusal_of("123456").await, Refusal::Hook("Not on a Sunday.".to_owned()));
    assert_eq!(calls(&tenant, "/passwordless/verify").await, 0);
}

#[tokio::test]
async fn hooks_receive_the_extra_fields_of_each_form() {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    tenant.issues(&id_token(&tenant, &key, Some(PHONE), None)).await;
    let (hooks, seen) = recording();
    let browser = app_with(&tenant, |config| {
        config.hooks = hooks;
        config.login_flow = LoginFlow::Token;
        config.resend_after = Duration::ZERO;
    })
    .await;
    let fields = [("phone_number", PHONE), ("country", "US"), ("extra[captcha]", "a b&c"), ("extra[invitation]", "é")];
    let StartOutcome::CodeSent(sent) = browser.start_with(&fields).await else { panic!("refused") };
    assert!(browser.call("resend").form(&[("extra[captcha]", "again")]).send().await.unwrap().status().is_success());
    browser.call("step_up").send().await.unwrap();
    for _ in 0..2 {
        let form = [("code", "123456"), ("login", &sent.login), ("extra[invitation]", "i")];
        let outcome: VerifyOutcome = browser.call("verify").form(&form).send().await.unwrap().json().await.unwrap();
        assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
    }
    let expected = [
        "start Start a b&c é",
        "start Resend again -",
        "start StartByApp - -",
        "verify Verify - i",
        "start SignIn - i",
        "verify SignIn - i",
    ];
    assert_eq!(*seen.lock().unwrap(), expected, "once each, though the code was sent twice");
}

#[tokio::test]
async fn form_without_javascript_brings_extra_fields_too() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let (hooks, seen) = recording();
    let browser = app(&tenant, hooks).await;
    let fields = [("phone_number", PHONE), ("form", "of the page"), ("extra[captcha]", "solved")];
    for _ in 0..2 {
        browser.submit("/login", "/api/passwordless/start", &fields).await;
    }
    assert_eq!(*seen.lock().unwrap(), ["start Start solved -"], "a form that is submitted twice is one attempt");
}

#[tokio::test]
async fn too_many_or_too_long_extra_fields_are_refused() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let (hooks, seen) = recording();
    let browser = app(&tenant, hooks).await;
    let fields = |count: usize| (0..count).map(|n| (format!("extra[f{n}]"), "x".to_owned())).collect::<Vec<_>>();
    let field = |name: &str, length: usize| vec![(format!("extra[{name}]"), "x".repeat(length))];
    for (extra, status) in [
        (fields(16), StatusCode::OK),
        (field(&"n".repeat(64), 8192), StatusCode::OK),
        (fields(17), StatusCode::BAD_REQUEST),
        (field("a", 8193), StatusCode::BAD_REQUEST),
        (field(&"n".repeat(65), 1), StatusCode::BAD_REQUEST),
        (field("a][b", 1), StatusCode::BAD_REQUEST),
        (field("a][b][c][d][e][f][g", 1), StatusCode::BAD_REQUEST),
        (vec![("extra".to_owned(), "x".to_owned())], StatusCode::BAD_REQUEST),
    ] {
        for (function, field) in [("start", "phone_number"), ("resend", "login"), ("verify", "code")] {
            let form = [&[(field.to_owned(), PHONE.to_owned())], &extra[..]].concat();
            let response = browser.call(function).form(&form).send().await.unwrap();
            assert_eq!(response.status(), status, "{function} {extra:?}");
        }
    }
    assert!(seen.lock().unwrap().iter().all(|call| call == "start Start - -" || call.starts_with("verify")));
}

/// A panic in an app's hook fails the request, and the next one is served.
#[tokio::test]
async fn panic_in_a_hook_is_an_error_of_the_server() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let hooks = ServerHooks::default().before_start(async |attempt: LoginAttempt| {
        assert!(attempt.phone_number.as_str() == PHONE, "a defect of the app");
        Ok(())
    });
    let browser = app(&tenant, hooks).await;
    let response = browser.call("start").form(&[("phone_number", OTHER_PHONE)]).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));
}

#[tokio::test]
async fn server_can_send_a_code_to_a_known_number() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    tenant.has_key(&Key::generate()).await;
    let browser = app(&tenant, ServerHooks::default()).await;
    let response = browser.call("step_up").send().await.unwrap();
    assert!(matches!(response.json().await.unwrap(), StartOutcome::CodeSent(_)));
    assert_eq!(calls(&tenant, "/passwordless/start").await, 1);
    let outcome = browser.verify("123456").await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}

#[tokio::test]
async fn hosted_login_runs_the_hooks() {
    let britons = ServerHooks::default().before_start(britons_only);
    let never = ServerHooks::default().before_verify(async |attempt: LoginAttempt| {
        assert!(attempt.client_ip.is_loopback());
        Err("Not on a Sunday.".to_owned())
    });
    for (hooks, number, may) in [
        (britons.clone(), Some("+447911123456"), true),
        (britons.clone(), Some(PHONE), false),
        (britons, None, false),
        (never, Some("+447911123456"), false),
        (ServerHooks::default(), None, true),
    ] {
        let (tenant, key) = (FakeTenant::new().await, Key::generate());
        tenant.has_key(&key).await;
        let browser = app(&tenant, hooks).await;
        let url = callback(&tenant, &key, number, &hosted(&browser).await).await;
        let response = browser.get(url).await;
        let leads_to = response.headers()["location"].to_str().unwrap();
        assert_eq!((leads_to == "/", leads_to.starts_with("/login?login=")), (may, !may), "{number:?}: {leads_to}");
        assert_eq!(browser.is_signed_in().await, may, "{number:?}");
    }
}

/// Nobody's terms and countries stand in the way of a number that the app named itself, and that alone.
#[tokio::test]
async fn login_for_a_given_number_refuses_others() {
    for (number, may) in [(PHONE, true), (OTHER_PHONE, false)] {
        let (tenant, key) = (FakeTenant::new().await, Key::generate());
        tenant.is_friendly().await;
        tenant.has_key(&key).await;
        let browser = app_with(&tenant, |config| {
            let links = Terms::new("/terms", "/privacy");
            config.terms = Some(TermsPolicy::new(links, "1", true));
            config.countries = vec![Country::from_iso("GB").unwrap()];
        })
        .await;
        browser.call("step_up").send().await.unwrap();
        let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
        browser.get(callback(&tenant, &key, Some(number), &continue_to).await).await;
        assert_eq!(browser.is_signed_in().await, may, "{number}");
    }
}

#[tokio::test]
async fn hosted_login_can_be_disabled() {
    let tenant = FakeTenant::new().await;
    for (hosted_login, status) in [(true, 303), (false, 404)] {
        let browser = app_with(&tenant, |config| config.hosted_login = hosted_login).await;
        assert_eq!(browser.get("/login/hosted").await.status(), status);
        assert_eq!(browser.get("/callback").await.status(), 303, "the way back is there");
    }
}

#[tokio::test]
async fn cross_site_requests_are_refused_in_another_teams_app() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let browser = app(&tenant, ServerHooks::default()).await;
    let own = browser.url("/").origin().ascii_serialization();
    for path in ["/api/passwordless/start", "/api/passwordless/resend", "/logout", "/team", "/nothing"] {
        for (headers, is_foreign) in [
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], true),
            (vec![("sec-fetch-site", "same-site")], true),
            (vec![("origin", "https://evil.example")], true),
            (vec![("origin", "null")], true),
            (vec![("sec-fetch-site", "same-origin"), ("origin", own.as_str())], false),
            (vec![("origin", own.as_str()), ("host", "behind-a-proxy")], false),
            (vec![], false),
        ] {
            let request = reqwest::Client::new().post(browser.url(path)).form(&[("phone_number", PHONE)]);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let status = request.send().await.unwrap().status();
            assert_eq!(status == StatusCode::FORBIDDEN, is_foreign, "{path} with {headers:?}: {status}");
        }
    }
    assert!(calls(&tenant, "/passwordless/start").await <= 3, "none for another site");
}
