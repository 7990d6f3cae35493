//! ID tokens that must not sign anyone in.

use crate::{
    fake_tenant::{FakeTenant, Key, message},
    program::Program,
};
use leptos_passwordless::api::{Refusal, VerifyOutcome};
use serde_json::{Value, json};
use url::Url;

const PHONE: &str = "+14155552671";

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" })
}

fn claims(tenant: &FakeTenant) -> Value {
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
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
async fn a_good_token_signs_in() {
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
async fn a_claim_that_is_wrong_or_missing_is_refused() {
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
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
async fn a_signature_that_is_not_the_tenants_is_refused() {
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

#[tokio::test]
async fn the_nonce_must_be_the_one_that_was_sent() {
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

#[tokio::test]
async fn an_unknown_key_makes_it_fetch_the_keys_again_but_not_within_a_minute() {
    let (tenant, key) = tenant().await;
    let program = Program::app(&tenant.origin(), &["--auth0-login-flow", "token"]).await;
    let known = key.sign(&header(), &claims(&tenant));
    let unknown = key.sign(&json!({ "alg": "RS256", "kid": "key-2" }), &claims(&tenant));
    for (token, minutes_later, fetched) in [(&known, 0, 1), (&unknown, 0, 1), (&unknown, 2, 2), (&unknown, 0, 2)] {
        program.clock.advance(time::Duration::minutes(minutes_later));
        tenant.issues_once(token).await;
        let browser = program.browser();
        browser.start(PHONE).await;
        browser.verify("123456").await;
        let requests = tenant.server.received_requests().await.unwrap_or_default();
        let fetches = requests.iter().filter(|request| request.url.path() == "/.well-known/jwks.json").count();
        assert_eq!(fetches, fetched);
    }
}
