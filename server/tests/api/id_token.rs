//! ID tokens that must not sign anyone in.

use crate::support::{
    PHONE,
    clock::TestClock,
    fake_tenant::{EcKey, FakeTenant, Key, message},
    program::Program,
};
use leptos_passwordless::outcome::{Refusal, VerifyOutcome};
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;
use wiremock::ResponseTemplate;

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" })
}

fn claims(tenant: &FakeTenant) -> Value {
    let now = TestClock::default().now().unix_timestamp();
    json!({ "iss": tenant.issuer(), "sub": "sms|0123456789abcdef01234567", "aud": "client", "iat": now, "exp": now + 60 })
}

/// The claims with one of them changed; `null` takes it away.
fn with(tenant: &FakeTenant, name: &str, value: Value) -> Value {
    let mut claims = claims(tenant);
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

/// What flow `token` makes of an ID token.
async fn verify(tenant: &FakeTenant, id_token: &str) -> VerifyOutcome {
    tenant.issues(id_token).await;
    let program = Program::app(&tenant.origin(), &["--auth0-login-flow", "token"]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    let outcome = browser.verify("123456").await;
    assert_eq!(browser.is_signed_in().await, matches!(outcome, VerifyOutcome::Verified { .. }));
    outcome
}

async fn tenant() -> (FakeTenant, Key) {
    let (tenant, key) = (FakeTenant::new().await, Key::generate());
    tenant.is_friendly().await;
    tenant.has_key(&key).await;
    (tenant, key)
}

const NOT_VERIFIED: VerifyOutcome = VerifyOutcome::Refused(Refusal::LoginNotVerified);

#[tokio::test]
async fn valid_token_signs_in() {
    let (tenant, key) = tenant().await;
    let outcome = verify(&tenant, &key.sign(&header(), &claims(&tenant))).await;
    assert_eq!(outcome, VerifyOutcome::Verified { continue_to: "/".to_owned() });
}

#[tokio::test]
async fn several_audiences_need_an_authorized_party() {
    for (azp, accepted) in [(json!("client"), true), (json!("other"), false), (Value::Null, false)] {
        let (tenant, key) = tenant().await;
        let mut claims = with(&tenant, "aud", json!(["client", "https://api.example"]));
        if !azp.is_null() {
            claims["azp"] = azp.clone();
        }
        let outcome = verify(&tenant, &key.sign(&header(), &claims)).await;
        assert_eq!(matches!(outcome, VerifyOutcome::Verified { .. }), accepted, "{azp}");
    }
}

#[tokio::test]
async fn wrong_or_missing_claim_is_refused() {
    let now = TestClock::default().now().unix_timestamp();
    let wrong = [
        ("iss", json!("https://evil.example/")),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("other")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("iat", json!(now + 120)),
        ("iat", Value::Null),
        ("nbf", json!(now + 120)),
        ("nonce", json!("nobody asked for one")),
    ];
    for (name, value) in wrong {
        let (tenant, key) = tenant().await;
        let outcome = verify(&tenant, &key.sign(&header(), &with(&tenant, name, value.clone()))).await;
        assert_eq!(outcome, NOT_VERIFIED, "{name}: {value}");
    }
}

#[tokio::test]
async fn foreign_signature_is_refused() {
    let (tenant, key) = tenant().await;
    let claims = claims(&tenant);
    let good = key.sign(&header(), &claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other_claims = message(&header(), &with(&tenant, "sub", json!("sms|someone-else")));
    let forged = [
        Key::generate().sign(&header(), &claims),
        format!("{other_claims}.{signature}"),
        format!("{signed}."),
        format!("{}.", message(&json!({ "alg": "none", "kid": "key-1" }), &claims)),
        format!("{}.{signature}", message(&json!({ "alg": "none", "kid": "key-1" }), &claims)),
        key.confuse(&json!({ "alg": "HS256", "kid": "key-1" }), &claims),
        key.sign(&json!({ "alg": "RS512", "kid": "key-1" }), &claims),
        key.sign(&json!({ "alg": "RS256", "kid": "key-2" }), &claims),
        key.sign(&json!({ "alg": "RS256" }), &claims),
        "not a token".to_owned(),
        String::new(),
    ];
    for token in forged {
        assert_eq!(verify(&tenant, &token).await, NOT_VERIFIED, "{token}");
    }
}

/// Both kinds of keys are published; the app takes one algorithm, whatever a header says.
#[rstest]
#[case::rs256("RS256", true, false)]
#[case::es256("ES256", false, true)]
#[tokio::test]
async fn algorithm_is_the_configured_one(#[case] alg: &str, #[case] takes_rsa: bool, #[case] takes_ec: bool) {
    let (tenant, rsa, ec) = (FakeTenant::new().await, Key::generate(), EcKey::generate());
    tenant.is_friendly().await;
    tenant.has_keys(&[rsa.jwk("rsa"), ec.jwk("ec")]).await;
    let program = Program::app(&tenant.origin(), &["--auth0-login-flow", "token", "--auth0-id-token-alg", alg]).await;
    let claims = claims(&tenant);
    let header = |alg: &str, kid: &str| json!({ "alg": alg, "typ": "JWT", "kid": kid });
    for (token, accepted) in [
        (rsa.sign(&header("RS256", "rsa"), &claims), takes_rsa),
        (ec.sign(&header("ES256", "ec"), &claims), takes_ec),
        (rsa.sign(&header("ES256", "rsa"), &claims), false),
        (ec.sign(&header("RS256", "ec"), &claims), false),
        (rsa.sign(&header("RS256", "ec"), &claims), false),
        (ec.sign(&header("ES256", "rsa"), &claims), false),
        (EcKey::generate().sign(&header("ES256", "ec"), &claims), false),
    ] {
        let outcome = log_in(&program, &tenant, &token).await;
        assert_eq!(matches!(outcome, VerifyOutcome::Verified { .. }), accepted, "{alg}: {token}");
    }
}

/// RFC 7515, section 4.1.11.
#[tokio::test]
async fn critical_header_is_refused() {
    let (tenant, key) = tenant().await;
    for (crit, more) in [
        (json!(["b64"]), true),
        (json!(["https://example/x"]), true),
        (json!(["b64"]), false),
        (json!([]), false),
        (json!("b64"), false),
    ] {
        let mut header = header();
        header["crit"] = crit.clone();
        if more {
            header["b64"] = json!(true);
            header["https://example/x"] = json!(1);
        }
        assert_eq!(verify(&tenant, &key.sign(&header, &claims(&tenant))).await, NOT_VERIFIED, "{crit}");
    }
}

#[tokio::test]
async fn nonce_must_match() {
    let (tenant, key) = tenant().await;
    let program = Program::app(&tenant.origin(), &[]).await;
    for answer in [None, Some("another"), Some("sent")] {
        let browser = program.browser();
        browser.start(PHONE).await;
        let VerifyOutcome::Verified { continue_to } = browser.verify("123456").await else { panic!("refused") };
        let sent = |name: &str| {
            let url = Url::parse(&continue_to).unwrap();
            url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
        };
        let nonce =
            answer.map_or(Value::Null, |answer| json!(if answer == "sent" { sent("nonce") } else { answer.into() }));
        tenant.server.reset().await;
        tenant.is_friendly().await;
        tenant.has_key(&key).await;
        tenant.issues(&key.sign(&header(), &with(&tenant, "nonce", nonce))).await;

        let page = browser.open(format!("/callback?code=any&state={}", sent("state"))).await;
        assert_eq!(browser.is_signed_in().await, answer == Some("sent"), "{answer:?}");
        assert_eq!(page.shows("The login could not be verified"), answer != Some("sent"), "{answer:?}");
    }
}

/// How often the keys were fetched.
async fn fetches(tenant: &FakeTenant) -> usize {
    let requests = tenant.server.received_requests().await.unwrap_or_default();
    requests.iter().filter(|request| request.url.path() == "/.well-known/jwks.json").count()
}

/// One login by flow `token` that ends with this ID token.
async fn log_in(program: &Program, tenant: &FakeTenant, id_token: &str) -> VerifyOutcome {
    tenant.issues_once(id_token).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    browser.verify("123456").await
}

#[tokio::test]
async fn unknown_key_is_fetched_at_once_but_not_without_limit() {
    let (tenant, key) = tenant().await;
    let program = Program::app(&tenant.origin(), &["--auth0-login-flow", "token"]).await;
    let known = key.sign(&header(), &claims(&tenant));
    let unknown = key.sign(&json!({ "alg": "RS256", "kid": "key-2" }), &claims(&tenant));
    let verified = VerifyOutcome::Verified { continue_to: "/".to_owned() };
    assert_eq!(log_in(&program, &tenant, &known).await, verified);
    assert_eq!(fetches(&tenant).await, 1);
    for fetched in [2, 3, 4, 5, 6, 6, 6] {
        assert_eq!(log_in(&program, &tenant, &unknown).await, NOT_VERIFIED);
        assert_eq!(fetches(&tenant).await, fetched);
    }
    assert_eq!(log_in(&program, &tenant, &known).await, verified, "the keys before are still good");
    program.clock.advance(time::Duration::minutes(1));
    assert_eq!(log_in(&program, &tenant, &unknown).await, NOT_VERIFIED);
    assert_eq!(fetches(&tenant).await, 7);
}

#[tokio::test]
async fn cached_keys_survive_an_outage_of_the_tenant() {
    let broken = [
        ResponseTemplate::new(503),
        ResponseTemplate::new(200).set_body_json(json!({ "keys": [] })),
        ResponseTemplate::new(200).set_body_string("<html>"),
    ];
    for trouble in broken {
        let (tenant, key) = tenant().await;
        let program = Program::app(&tenant.origin(), &["--auth0-login-flow", "token"]).await;
        let mut good = claims(&tenant);
        good["exp"] = json!(TestClock::default().now().unix_timestamp() + 7200);
        let good = key.sign(&header(), &good);
        let verified = VerifyOutcome::Verified { continue_to: "/".to_owned() };
        assert_eq!(log_in(&program, &tenant, &good).await, verified);

        tenant.server.reset().await;
        tenant.is_friendly().await;
        tenant.says("GET", "/.well-known/jwks.json", trouble).await;
        program.clock.advance(time::Duration::minutes(30));
        assert_eq!(log_in(&program, &tenant, &good).await, verified, "after the keys' time was over");
    }
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test]
async fn missing_keys_use_up_no_code(#[case] flow: &str) {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    tenant.says("GET", "/.well-known/jwks.json", ResponseTemplate::new(503)).await;
    let program = Program::app(&tenant.origin(), &["--auth0-login-flow", flow]).await;
    let browser = program.browser();
    browser.start(PHONE).await;
    assert_eq!(browser.refusal_of("123456").await, Refusal::TenantUnavailable, "{flow}");
    let requests = tenant.server.received_requests().await.unwrap_or_default();
    assert!(requests.iter().all(|request| request.url.path() != "/oauth/token"), "{flow}");
}

#[tokio::test]
async fn fractional_times_and_long_names_are_accepted() {
    let (tenant, key) = tenant().await;
    let mut claims = claims(&tenant);
    let now = TestClock::default().now().unix_timestamp();
    claims["iat"] = json!(f64::from(u32::try_from(now).unwrap()) + 0.25);
    claims["exp"] = json!(f64::from(u32::try_from(now).unwrap()) + 60.5);
    claims["name"] = json!("x".repeat(100_000));
    let outcome = verify(&tenant, &key.sign(&header(), &claims)).await;
    assert_eq!(outcome, VerifyOutcome::Verified { continue_to: "/".to_owned() });
}
