//! The tenant ends sessions of the app: OpenID Connect Back-Channel Logout 1.0.

use crate::support::{
    OTHER_PHONE, PHONE,
    browser::Browser,
    clock::TestClock,
    command::said,
    fake_tenant::{EcKey, FakeTenant, Key, message},
    program::Program,
    team_app::TeamApp,
};
use axum::{Router, http::StatusCode, routing::post};
use reqwest::{Client, Method, Response};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};
use time::Duration;
use tokio::net::TcpListener;

const PATH: &str = "/backchannel-logout";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const SUB: &str = "sms|0123456789abcdef01234567";

/// A tenant for an app with a database of its own.
const TENANT: &str = "
clients:
  - name: App
    client_id: client
    client_secret: secret
    app_type: regular_web
    callbacks: ['APP_URL/callback']
    allowed_logout_urls: ['APP_URL/']
    is_token_endpoint_ip_header_trusted: true
    oidc_logout: { backchannel_logout_urls: ['BACKCHANNEL'] }
connections:
  - { name: sms, strategy: sms }
";

async fn apart(flow: &str) -> (Program, Program) {
    let yaml = TENANT.replace("BACKCHANNEL", &format!("APP_URL{PATH}"));
    Program::apart(&yaml, &["--auth0-login-flow", flow]).await
}

/// Waits until the app has been told.
async fn is_signed_out(browser: &Browser) {
    let signed_out = async { while browser.is_signed_in().await {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), signed_out).await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn block_and_delete_end_sessions_of_an_app_with_another_database(
    #[values("redirect", "token")] flow: &str,
    #[values("block", "delete")] command: &str,
) {
    let (app, tenant) = apart(flow).await;
    let (browser, second, other) = (app.browser(), app.browser(), app.browser());
    browser.sign_in(&app, PHONE).await;
    app.clock.advance(Duration::minutes(2));
    tenant.clock.advance(Duration::minutes(2));
    second.sign_in(&app, PHONE).await;
    other.sign_in(&app, OTHER_PHONE).await;
    assert!(browser.is_signed_in().await && second.is_signed_in().await);
    said(&tenant, &["users", command, PHONE]);
    is_signed_out(&browser).await;
    assert!(!second.is_signed_in().await);
    assert!(other.is_signed_in().await);
}

/// The app and its tenant in one program, which registers the app with itself.
#[tokio::test]
async fn logout_at_the_tenant_ends_what_began_with_its_session() {
    let program = Program::both(&["--limit-starts-per-phone-hour", "0"]).await;
    let (browser, second) = (program.browser(), program.browser());
    browser.sign_in(&program, PHONE).await;
    program.clock.advance(Duration::minutes(2));
    second.sign_in(&program, PHONE).await;
    let logout = format!("{}/v2/logout", program.tenant).parse().unwrap();
    browser.request(Method::GET, logout).send().await.unwrap();
    is_signed_out(&browser).await;
    assert!(second.is_signed_in().await, "it has a session of its own at the tenant");
}

/// An app in front of which there is something that fails at first.
#[tokio::test(flavor = "multi_thread")]
async fn app_that_was_away_is_told_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = format!("http://{}/", listener.local_addr().unwrap());
    let (app, tenant) = Program::apart(&TENANT.replace("BACKCHANNEL", &front), &[]).await;
    let (calls, target) = (Arc::new(AtomicUsize::new(0)), format!("{}{PATH}", app.app));
    let counted = Arc::clone(&calls);
    let forward = async move |body: String| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        let request = Client::new().post(target).header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap().status()
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(forward))).await });

    let browser = app.browser();
    browser.sign_in(&app, PHONE).await;
    said(&tenant, &["users", "block", PHONE]);
    let was_called = async {
        while calls.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), was_called).await.unwrap();
    assert!(browser.is_signed_in().await);
    // Less than what clocks may differ by.
    tenant.clock.advance(Duration::seconds(40));
    is_signed_out(&browser).await;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

/// An app of a tenant that says what a test wants, and a browser that is signed in there.
struct Situation {
    tenant: FakeTenant,
    program: Program,
    browser: Browser,
}

fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(Key::generate)
}

fn now() -> i64 {
    TestClock::default().now().unix_timestamp()
}

fn id_claims(tenant: &FakeTenant, sid: Option<&str>) -> Value {
    json!({ "iss": tenant.issuer(), "sub": SUB, "aud": "client", "iat": now(), "exp": now() + 60, "sid": sid })
}

impl Situation {
    /// The ID token names a session at the tenant, or none.
    async fn with_sid(sid: Option<&str>) -> Self {
        let tenant = FakeTenant::new().await;
        tenant.is_friendly().await;
        tenant.has_key(key()).await;
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" });
        tenant.issues(&key().sign(&header, &id_claims(&tenant, sid))).await;
        Self::signed_in(tenant, &[]).await
    }

    async fn signed_in(tenant: FakeTenant, arguments: &[&str]) -> Self {
        let arguments = [&["--auth0-login-flow", "token"], arguments].concat();
        let program = Program::app(&tenant.origin(), &arguments).await;
        let browser = program.browser();
        browser.start(PHONE).await;
        browser.verify("123456").await;
        assert!(browser.is_signed_in().await);
        Self { tenant, program, browser }
    }

    /// Claims as Auth0's; its issuer ends with a slash.
    fn claims(&self) -> Value {
        json!({
            "iss": self.tenant.issuer(), "sub": SUB, "aud": "client", "iat": now(), "exp": now() + 120,
            "jti": "d1a5b6e0", "events": { EVENT: {} }, "trace_id": "8f1c"
        })
    }

    async fn post(&self, token: &str) -> Response {
        let request = Client::new().post(format!("{}{PATH}", self.program.app));
        request.form(&[("logout_token", token)]).send().await.unwrap()
    }

    async fn is_refused(&self, token: &str, why: &str) {
        let response = self.post(token).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{why}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"], "invalid_request");
        assert!(self.browser.is_signed_in().await, "{why}");
    }
}

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "logout+jwt", "kid": "key-1" })
}

#[rstest]
#[case::all_of_the_user(None, json!({}), true)]
#[case::all_of_the_user_with_a_session(Some("s1"), json!({}), true)]
#[case::session_and_user(Some("s1"), json!({ "sid": "s1" }), true)]
#[case::session_alone(Some("s1"), json!({ "sid": "s1", "sub": null }), true)]
#[case::other_session_of_the_user(Some("s1"), json!({ "sid": "s2" }), false)]
#[case::session_where_none_is_known(None, json!({ "sid": "s1" }), false)]
#[case::other_user(Some("s1"), json!({ "sub": "sms|someone-else" }), false)]
#[case::several_audiences(None, json!({ "aud": ["other", "client"] }), true)]
#[tokio::test]
async fn logout_token_ends_the_sessions_that_it_names(
    #[case] sid: Option<&str>,
    #[case] changes: Value,
    #[case] ends: bool,
) {
    let situation = Situation::with_sid(sid).await;
    let mut claims = situation.claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let response = situation.post(&key().sign(&header(), &claims)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.headers().get("set-cookie").is_none());
    assert_eq!(situation.browser.is_signed_in().await, !ends);
}

/// Who kept the cookie that the login had before its end could repeat the last step for a minute.
#[tokio::test]
async fn ended_session_does_not_come_back_by_a_repeated_step() {
    let situation = Situation::with_sid(Some("s1")).await;
    let mut claims = situation.claims();
    claims["sid"] = json!("s1");
    assert_eq!(situation.program.sessions().await, 2, "the session, and what its last step came to");
    assert_eq!(situation.post(&key().sign(&header(), &claims)).await.status(), StatusCode::OK);
    assert_eq!(situation.program.sessions().await, 0);
}

/// Both kinds of keys are published, and one algorithm is taken.
#[rstest]
#[case::rs256("RS256")]
#[case::es256("ES256")]
#[tokio::test]
async fn logout_token_of_another_algorithm_is_refused(#[case] alg: &str) {
    let ec = EcKey::generate();
    let signed = |alg: &str, typ: &str, claims: &Value| match alg {
        "RS256" => key().sign(&json!({ "alg": alg, "typ": typ, "kid": "key-1" }), claims),
        _ => ec.sign(&json!({ "alg": alg, "typ": typ, "kid": "ec" }), claims),
    };
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    tenant.has_keys(&[key().jwk("key-1"), ec.jwk("ec")]).await;
    tenant.issues(&signed(alg, "JWT", &id_claims(&tenant, None))).await;
    let situation = Situation::signed_in(tenant, &["--auth0-id-token-alg", alg]).await;
    let other = if alg == "RS256" { "ES256" } else { "RS256" };
    situation.is_refused(&signed(other, "logout+jwt", &situation.claims()), other).await;
    let response = situation.post(&signed(alg, "logout+jwt", &situation.claims())).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!situation.browser.is_signed_in().await);
}

#[tokio::test]
async fn logout_token_is_accepted_once() {
    let situation = Situation::with_sid(None).await;
    let mut claims = situation.claims();
    claims["sub"] = json!("sms|someone-else");
    let token = key().sign(&header(), &claims);
    assert_eq!(situation.post(&token).await.status(), StatusCode::OK);
    situation.is_refused(&token, "the same token").await;
    claims["sub"] = json!(SUB);
    situation.is_refused(&key().sign(&header(), &claims), "another token with its id").await;
    claims["jti"] = json!("another");
    assert_eq!(situation.post(&key().sign(&header(), &claims)).await.status(), StatusCode::OK);
    assert!(!situation.browser.is_signed_in().await);
}

#[tokio::test]
async fn wrong_or_missing_claim_is_refused() {
    let situation = Situation::with_sid(Some("s1")).await;
    let issuer = situation.tenant.origin();
    for (name, value) in [
        ("iss", json!("https://evil.example/")),
        ("iss", json!(issuer)),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("iat", json!(now() + 120)),
        ("iat", Value::Null),
        ("exp", json!(now() - 61)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", Value::Null),
        ("nonce", json!("n")),
        ("nonce", json!({})),
        ("events", Value::Null),
        ("events", json!({})),
        ("events", json!({ EVENT: null })),
        ("events", json!({ EVENT: true })),
        ("events", json!({ "http://schemas.openid.net/event/other": {} })),
        ("events", json!([EVENT])),
        ("sub", json!("")),
        ("sub", json!(5)),
        ("sub", Value::Null),
        ("sid", json!("")),
    ] {
        let mut claims = situation.claims();
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
        situation.is_refused(&key().sign(&header(), &claims), &format!("{name}: {value}")).await;
    }
}

#[tokio::test]
async fn foreign_signature_and_other_kinds_of_tokens_are_refused() {
    let situation = Situation::with_sid(Some("s1")).await;
    let claims = situation.claims();
    let good = key().sign(&header(), &claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let with = |name: &str, value: Value| {
        let mut header = header();
        header[name] = value;
        header
    };
    for (token, why) in [
        (Key::generate().sign(&header(), &claims), "another key"),
        (format!("{signed}."), "no signature"),
        (format!("{}.", message(&with("alg", json!("none")), &claims)), "alg none"),
        (format!("{}.{signature}", message(&with("alg", json!("none")), &claims)), "alg none, with a signature"),
        (key().confuse(&with("alg", json!("HS256")), &claims), "signed with the public key"),
        (key().sign(&with("alg", json!("RS512")), &claims), "another algorithm"),
        (key().sign(&with("kid", json!("key-2")), &claims), "an unknown key"),
        (key().sign(&with("crit", json!(["b64"])), &claims), "a critical header"),
        (key().sign(&with("typ", json!("at+jwt")), &claims), "an access token"),
        ("not a token".to_owned(), "no token"),
        (String::new(), "nothing"),
    ] {
        situation.is_refused(&token, why).await;
    }
    let url = format!("{}{PATH}", situation.program.app);
    for request in [Client::new().post(&url), Client::new().post(&url).form(&[("token", &good)])] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(Client::new().get(&url).send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(situation.post(&good).await.status(), StatusCode::OK, "no refusal has used it up");
}

/// Auth0's header names no kind of its own in older tenants.
#[rstest]
#[case(json!("JWT"))]
#[case(json!("application/logout+jwt"))]
#[case(Value::Null)]
#[tokio::test]
async fn logout_token_of_no_kind_is_known_by_its_event(#[case] typ: Value) {
    let situation = Situation::with_sid(None).await;
    let mut header = header();
    match typ {
        Value::Null => drop(header.as_object_mut().unwrap().remove("typ")),
        typ => header["typ"] = typ,
    }
    assert_eq!(situation.post(&key().sign(&header, &situation.claims())).await.status(), StatusCode::OK);
    assert!(!situation.browser.is_signed_in().await);
}

/// The path stays the app's own where the library cannot end sessions.
#[tokio::test]
async fn app_without_such_a_store_has_no_such_path() {
    let tenant = FakeTenant::new().await;
    let app = TeamApp::start(&tenant.origin(), |_| ()).await;
    let request = app.browser().request(Method::POST, app.browser().url(PATH));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
