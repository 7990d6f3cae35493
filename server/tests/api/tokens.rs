//! The access token of a signed-in user: kept on the server, and refreshed when it is due.

use crate::{
    admission::id_token,
    support::{
        PHONE,
        browser::Browser,
        fake_tenant::{FakeTenant, Key},
        log::Log,
        program::Program,
        team_app::TeamApp,
    },
};
use leptos_passwordless::{outcome::VerifyOutcome, server::LoginFlow};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration as StdDuration;
use time::Duration;
use tokio::task::JoinSet;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{body_partial_json, method, path},
};

/// Tokens that nothing else contains; the number counts the refreshes.
const ACCESS: &str = "access-token-";
const REFRESH: &str = "refresh-token-";

fn tokens(n: u32) -> Value {
    json!({
        "access_token": format!("{ACCESS}{n}"),
        "refresh_token": format!("{REFRESH}{n}"),
        "expires_in": 3600,
        "token_type": "Bearer",
    })
}

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refusal(error: &str, description: &str) -> ResponseTemplate {
    ResponseTemplate::new(403).set_body_json(json!({ "error": error, "error_description": description }))
}

/// A signed-in user of an app whose tenant sends these tokens with the ID token.
struct SignedIn {
    tenant: FakeTenant,
    app: TeamApp,
    browser: Browser,
}

impl SignedIn {
    async fn with_tokens(flow: LoginFlow, mut tokens: Value, scope: &str, audience: Option<&str>) -> Self {
        let (tenant, key) = (FakeTenant::new().await, Key::generate());
        tenant.is_friendly().await;
        tenant.has_key(&key).await;
        let app = TeamApp::start(&tenant.origin(), |config| {
            config.login_flow = flow;
            scope.clone_into(&mut config.scope);
            config.audience = audience.map(str::to_owned);
        })
        .await;
        let browser = app.browser();
        browser.start(PHONE).await;
        if flow == LoginFlow::Token {
            tokens["id_token"] = id_token(&tenant, &key, Some(PHONE), None).into();
            tenant.says("POST", "/oauth/token", answer(&tokens)).await;
        }
        let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
        if flow == LoginFlow::Redirect {
            let url = reqwest::Url::parse(&continue_to).unwrap();
            let sent = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
            tokens["id_token"] = id_token(&tenant, &key, Some(PHONE), Some(&sent("nonce"))).into();
            tenant.says("POST", "/oauth/token", answer(&tokens)).await;
            browser.get(format!("/callback?code=any&state={}", sent("state"))).await;
        }
        assert!(browser.is_signed_in().await);
        tenant.server.reset().await;
        Self { tenant, app, browser }
    }

    async fn new(flow: LoginFlow) -> Self {
        Self::with_tokens(flow, tokens(0), "openid phone offline_access", Some("https://api.example")).await
    }

    /// The tenant answers when this refresh token is used.
    async fn refresh_of(&self, n: u32, answer: ResponseTemplate) {
        let request = json!({
            "grant_type": "refresh_token",
            "refresh_token": format!("{REFRESH}{n}"),
            "client_id": "client",
            "client_secret": "secret",
        });
        let request = Mock::given(method("POST")).and(path("/oauth/token")).and(body_partial_json(request));
        request.respond_with(answer).mount(&self.tenant.server).await;
    }

    /// How often a token was refreshed.
    async fn refreshes(&self) -> usize {
        self.tenant.server.received_requests().await.unwrap().len()
    }

    async fn token(&self) -> (StatusCode, String) {
        token(&self.browser).await
    }

    /// The same by several requests at once.
    async fn tokens(&self, requests: usize) -> Vec<(StatusCode, String)> {
        let mut tries = JoinSet::new();
        for _ in 0..requests {
            let browser = self.browser.clone();
            tries.spawn(async move { token(&browser).await });
        }
        tries.join_all().await
    }
}

async fn token(browser: &Browser) -> (StatusCode, String) {
    token_at(browser, "/token").await
}

async fn token_at(browser: &Browser, url: &str) -> (StatusCode, String) {
    let response = browser.get(url).await;
    (response.status(), response.text().await.unwrap())
}

fn good(n: u32) -> (StatusCode, String) {
    (StatusCode::OK, format!("{ACCESS}{n}"))
}

#[rstest]
#[case::redirect(LoginFlow::Redirect)]
#[case::token(LoginFlow::Token)]
#[tokio::test]
async fn token_is_refreshed_a_minute_before_it_expires_and_rotated(#[case] flow: LoginFlow) {
    let signed_in = SignedIn::new(flow).await;
    signed_in.refresh_of(0, answer(&tokens(1))).await;
    signed_in.refresh_of(1, answer(&tokens(2))).await;
    for (seconds, n) in [(0, 0), (3530, 0), (20, 1), (3530, 1), (20, 2), (0, 2)] {
        signed_in.app.clock.advance(Duration::seconds(seconds));
        assert_eq!(signed_in.token().await, good(n), "{seconds} s later");
    }
    assert_eq!(signed_in.refreshes().await, 2);
}

#[tokio::test]
async fn parallel_requests_refresh_once() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    signed_in.refresh_of(0, answer(&tokens(1)).set_delay(StdDuration::from_millis(50))).await;
    signed_in.app.clock.advance(Duration::hours(2));
    assert!(signed_in.tokens(8).await.iter().all(|token| *token == good(1)));
    assert_eq!(signed_in.refreshes().await, 1);
}

/// They know nothing of each other; the tenant refuses a refresh token that is used twice.
#[tokio::test]
async fn slower_of_two_instances_takes_what_the_faster_one_got() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    let first = answer(&tokens(1)).set_delay(StdDuration::from_millis(100));
    let used_up =
        refusal("invalid_grant", "Unknown or invalid refresh token.").set_delay(StdDuration::from_millis(300));
    let at_first = Mock::given(path("/oauth/token")).respond_with(first).up_to_n_times(1);
    at_first.mount(&signed_in.tenant.server).await;
    signed_in.refresh_of(0, used_up).await;
    let other = signed_in.app.another_instance().await + "/token";
    signed_in.app.clock.advance(Duration::hours(2));
    let (one, other) = tokio::join!(signed_in.token(), token_at(&signed_in.browser, &other));
    assert_eq!((one, other, signed_in.refreshes().await), (good(1), good(1), 2));
    assert!(signed_in.browser.is_signed_in().await);
}

/// A request that goes away has used the refresh token up.
#[tokio::test]
async fn refresh_of_an_aborted_request_is_kept() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    signed_in.refresh_of(0, answer(&tokens(1)).set_delay(StdDuration::from_millis(200))).await;
    signed_in.app.clock.advance(Duration::hours(2));
    tokio::time::timeout(StdDuration::from_millis(100), signed_in.token()).await.expect_err("it is not that fast");
    assert_eq!(signed_in.token().await, good(1));
    assert_eq!(signed_in.refreshes().await, 1);
}

#[rstest]
#[case::revoked("invalid_grant", "Unknown or invalid refresh token.")]
#[case::blocked("unauthorized", "user is blocked")]
#[case::denied("access_denied", "Your subscription has ended.")]
#[tokio::test]
async fn refused_refresh_ends_the_session(#[case] error: &str, #[case] description: &str) {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    signed_in.refresh_of(0, refusal(error, description).set_delay(StdDuration::from_millis(50))).await;
    signed_in.app.clock.advance(Duration::hours(2));
    assert!(signed_in.browser.is_signed_in().await);
    let tokens = signed_in.tokens(4).await;
    assert!(tokens.iter().all(|(status, _)| *status == StatusCode::UNAUTHORIZED), "{tokens:?}");
    assert_eq!((signed_in.browser.is_signed_in().await, signed_in.refreshes().await), (false, 1));
    assert!(!signed_in.app.stored().contains("passwordless.user"), "{}", signed_in.app.stored());
    assert!(!signed_in.app.stored().contains("passwordless.tokens"), "{}", signed_in.app.stored());
}

#[tokio::test]
async fn unavailable_tenant_keeps_the_session() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    signed_in.app.clock.advance(Duration::hours(2));
    for trouble in [
        ResponseTemplate::new(503).set_body_string("oops"),
        ResponseTemplate::new(429).set_body_json(json!({ "error": "invalid_grant" })),
        ResponseTemplate::new(401)
            .set_body_json(json!({ "error": "access_denied", "error_description": "Unauthorized" })),
        refusal("unauthorized_client", "Grant type 'refresh_token' not allowed for the client."),
        answer(&json!({ "token_type": "Bearer" })),
    ] {
        signed_in.refresh_of(0, trouble).await;
        let (status, text) = signed_in.token().await;
        assert_eq!((status, text.contains("the tenant")), (StatusCode::SERVICE_UNAVAILABLE, true), "{text}");
        assert!(signed_in.browser.is_signed_in().await);
        signed_in.tenant.server.reset().await;
    }
    signed_in.refresh_of(0, answer(&tokens(1))).await;
    assert_eq!(signed_in.token().await, good(1), "once it is back");
}

#[tokio::test]
async fn refresh_token_that_is_not_rotated_is_used_again() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    let mut tokens = tokens(1);
    tokens.as_object_mut().unwrap().remove("refresh_token");
    signed_in.refresh_of(0, answer(&tokens)).await;
    for _ in 0..2 {
        signed_in.app.clock.advance(Duration::hours(2));
        assert_eq!(signed_in.token().await, good(1));
    }
    assert_eq!(signed_in.refreshes().await, 2);
}

#[tokio::test]
async fn tokens_are_kept_for_an_audience_or_offline_access_only() {
    let no_refresh_token = json!({ "access_token": "access-token-0", "expires_in": 3600 });
    for (scope, audience, is_kept) in [
        ("openid phone", None, false),
        ("openid phone", Some("https://api.example"), true),
        ("openid phone offline_access", None, true),
    ] {
        let signed_in = SignedIn::with_tokens(LoginFlow::Token, no_refresh_token.clone(), scope, audience).await;
        assert_eq!(signed_in.token().await == good(0), is_kept, "{scope} {audience:?}");
        assert_eq!(signed_in.app.stored().contains("passwordless.tokens"), is_kept, "{scope} {audience:?}");
        signed_in.app.clock.advance(Duration::hours(2));
        let status = if is_kept { StatusCode::UNAUTHORIZED } else { StatusCode::INTERNAL_SERVER_ERROR };
        assert_eq!(signed_in.token().await.0, status, "it cannot be refreshed");
        assert!(signed_in.browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn sign_out_removes_the_tokens() {
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    assert!(signed_in.app.stored().contains("passwordless.tokens"));
    signed_in.browser.submit("/profile", "/logout", &[]).await;
    assert!(!signed_in.browser.is_signed_in().await);
    assert_eq!(signed_in.token().await.0, StatusCode::UNAUTHORIZED);
    assert!(!signed_in.app.stored().contains("passwordless.tokens"), "{}", signed_in.app.stored());
}

#[tokio::test]
async fn tokens_are_nowhere_in_clear() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    let signed_in = SignedIn::new(LoginFlow::Token).await;
    signed_in.refresh_of(0, answer(&tokens(1))).await;
    signed_in.refresh_of(1, refusal("invalid_grant", "Unknown or invalid refresh token.")).await;
    let mut seen = signed_in.app.stored();
    signed_in.app.clock.advance(Duration::hours(2));
    assert_eq!(signed_in.token().await, good(1));
    let page = signed_in.browser.get("/login").await;
    seen = [seen, format!("{:?}", page.headers()), page.text().await.unwrap(), signed_in.app.stored()].concat();
    signed_in.app.clock.advance(Duration::hours(2));
    assert_eq!(signed_in.token().await.0, StatusCode::UNAUTHORIZED);
    assert!(log.text().contains("a refresh token was refused"), "{}", log.text());
    for secret in [ACCESS, REFRESH] {
        assert!(!seen.contains(secret) && !log.text().contains(secret), "{seen} {}", log.text());
    }
}

const TENANT: &str = r"
clients:
  - name: Test
    client_id: client
    client_secret: secret-of-the-client
    app_type: regular_web
    callbacks: [CALLBACK_URL]
    allowed_logout_urls: [CALLBACK_URL]
connections:
  - { name: sms, strategy: sms }
";

#[tokio::test]
async fn embedded_tenant_refreshes_too() {
    let program = Program::with_tenant_yaml(TENANT, &[]).await;
    let app = TeamApp::start(&program.tenant, |config| {
        config.client_secret = "secret-of-the-client".into();
        config.login_flow = LoginFlow::Token;
        config.scope = "openid phone offline_access".to_owned();
    })
    .await;
    let browser = app.browser();
    browser.sign_in(&program, PHONE).await;
    let mut tokens = vec![token(&browser).await];
    for _ in 0..2 {
        // A day, with a visit in between: the session would expire otherwise.
        for _ in 0..2 {
            app.clock.advance(Duration::hours(12) - Duration::seconds(20));
            program.clock.advance(Duration::hours(12) - Duration::seconds(20));
            assert!(browser.is_signed_in().await);
        }
        tokens.push(token(&browser).await);
    }
    assert!(tokens.iter().all(|(status, token)| *status == StatusCode::OK && token.len() == 43), "{tokens:?}");
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "each is another one");
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn program_stores_tokens_sealed_and_as_the_users(#[case] flow: &str) {
    const SQL: &str =
        "SELECT COUNT(*) FROM sessions WHERE data LIKE '%passwordless.tokens\"%' AND user_id LIKE 'sms|%'";
    let program =
        Program::both(&["--auth0-login-flow", flow, "--auth0-scope", "openid profile phone offline_access"]).await;
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    assert!(browser.is_signed_in().await);
    let pool = program.connect().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(SQL).fetch_one(&pool).await.unwrap(), 1, "so they end with the sessions");
    let database = String::from_utf8_lossy(&program.database().await).into_owned();
    assert!(database.contains("passwordless.tokens") && !database.contains("access_token\":"), "{flow}");
}
