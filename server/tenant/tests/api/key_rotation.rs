//! Rotation of the signing keys and of the OTP keys, and keys of the operator.

use rstest::rstest;
use std::sync::Arc;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use passwordless_tenant::{
    KeyInfo, KeyState, OperatorKeys, OtpKeyInfo, SystemEntropy, cleanup_once, otp_keys, rotate_otp_key,
    rotate_signing_keys, signing_keys,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{HOUR, TenantOptions, TestTenant, client_assertion::public_pem, otp_request};

/// The keys of an algorithm that are published.
async fn published(tenant: &TestTenant, alg: &str) -> Vec<String> {
    let keys: Value = tenant.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    let keys = keys["keys"].as_array().unwrap().iter().filter(|key| key["alg"] == alg);
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// A signed one, which is for an API.
async fn access_token(tenant: &TestTenant) -> String {
    let mut request = otp_request(&tenant.code().await);
    request["audience"] = json!("https://api.example");
    let body: Value = tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn is_accepted(tenant: &TestTenant, token: &str) -> bool {
    tenant.get("/userinfo").bearer_auth(token).send().await.unwrap().status() == 200
}

fn named<'a>(keys: &'a [KeyInfo], alg: &str) -> Vec<(&'a str, KeyState)> {
    let keys = keys.iter().filter(|key| key.algorithm.name() == alg);
    keys.map(|key| (key.kid.as_str(), key.state)).collect()
}

#[rstest]
#[case::rsa("RS256")]
#[case::elliptic_curve("ES256")]
#[tokio::test]
async fn signing_key_is_published_before_and_after_its_use(#[case] alg: &'static str) {
    let tenant = TestTenant::with(TenantOptions { jwt_alg: alg, ..TenantOptions::default() }).await;
    let before = published(&tenant, alg).await;
    let [current, next] = &before[..] else { panic!("{before:?}") };
    let old_token = access_token(&tenant).await;
    assert_eq!(kid(&old_token), *current);

    let keys = rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    let fresh = named(&keys, alg)[1].0.to_owned();
    assert_eq!(
        named(&keys, alg),
        [(next.as_str(), KeyState::Current), (&fresh, KeyState::Next), (current, KeyState::Retired)]
    );
    assert_eq!(published(&tenant, alg).await, before, "a running instance reloads the keys within a minute");
    tenant.clock.advance(60);
    assert_eq!(published(&tenant, alg).await, [next.clone(), fresh.clone(), current.clone()]);
    let new_token = access_token(&tenant).await;
    assert_eq!(kid(&new_token), *next);
    assert!(is_accepted(&tenant, &old_token).await && is_accepted(&tenant, &new_token).await);

    tenant.clock.advance(24 * HOUR);
    assert!(
        published(&tenant, alg).await.contains(current),
        "another instance may have signed with it for a minute more"
    );
    tenant.clock.advance(60);
    assert_eq!(published(&tenant, alg).await, [next.clone(), fresh.clone()]);
    let keys = signing_keys(&tenant.pool, &OperatorKeys::default(), &*tenant.clock).await.unwrap();
    assert_eq!(named(&keys, alg), [(next.as_str(), KeyState::Current), (&fresh, KeyState::Next)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_signing_key_rotations_lose_no_key() {
    let tenant = Arc::new(TestTenant::start().await);
    let before = signing_keys(&tenant.pool, &OperatorKeys::default(), &*tenant.clock).await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let tenant = Arc::clone(&tenant);
        tasks.spawn(async move { rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap() });
    }
    tasks.join_all().await;
    let keys = signing_keys(&tenant.pool, &OperatorKeys::default(), &*tenant.clock).await.unwrap();
    for alg in ["RS256", "ES256"] {
        let (before, keys) = (named(&before, alg), named(&keys, alg));
        let states: Vec<KeyState> = keys.iter().map(|(_, state)| *state).collect();
        assert_eq!(states[..2], [KeyState::Current, KeyState::Next]);
        assert!(states[2..].iter().all(|state| *state == KeyState::Retired));
        assert!(keys.contains(&(before[0].0, KeyState::Retired)));
    }
}

#[tokio::test]
async fn signing_key_rotation_deletes_retired_private_key() {
    let tenant = TestTenant::start().await;
    let private = "SELECT pkcs8 FROM tenant_signing_keys WHERE slot IN ('current', 'es256_current')";
    let old: Vec<String> = sqlx::query_scalar(private).fetch_all(&tenant.pool).await.unwrap();
    rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT pkcs8 FROM tenant_signing_keys").fetch_all(&tenant.pool).await.unwrap();
    assert!(old.len() == 2 && stored.len() == 4 && !old.iter().any(|old| stored.contains(old)));
}

async fn code_key_states(tenant: &TestTenant) -> Vec<KeyState> {
    let keys: Vec<OtpKeyInfo> = otp_keys(&tenant.pool).await.unwrap();
    keys.iter().map(|key| key.state).collect()
}

#[tokio::test]
async fn otp_key_rotation_keeps_issued_codes_valid() {
    let tenant = TestTenant::start().await;
    let first = tenant.code().await;
    for _ in 0..2 {
        tenant.clock.advance(1);
        rotate_otp_key(&tenant.pool, &*tenant.clock, &SystemEntropy).await.unwrap();
    }
    assert_eq!(code_key_states(&tenant).await, [KeyState::Current, KeyState::Retired, KeyState::Retired]);
    assert_eq!(tenant.redeem(&first).await.status(), 200);
    // A running instance takes the new key within a minute.
    tenant.clock.advance(60);
    let second = tenant.code().await;
    // With the old keys deleted, and forgotten too, only the newest one can have sealed the second code.
    tenant.clock.advance(60);
    let delete = "DELETE FROM tenant_code_keys WHERE created_at < (SELECT MAX(created_at) FROM tenant_code_keys)";
    assert_eq!(sqlx::query(delete).execute(&tenant.pool).await.unwrap().rows_affected(), 2);
    assert_eq!(tenant.redeem(&second).await.status(), 200);
}

/// A key seals codes for a day, and a minute on instances that remember it. It is deleted ten hours later, when the last code
/// that it sealed has expired.
#[tokio::test]
async fn otp_key_rotates_daily() {
    let tenant = TestTenant::start().await;
    let cleanup = async || cleanup_once(&tenant.pool, &*tenant.clock, &SystemEntropy).await.unwrap();
    tenant.clock.advance(24 * HOUR - 1);
    cleanup().await;
    assert_eq!(code_key_states(&tenant).await, [KeyState::Current]);
    let code = tenant.code().await;
    tenant.clock.advance(1);
    cleanup().await;
    cleanup().await;
    assert_eq!(code_key_states(&tenant).await, [KeyState::Current, KeyState::Retired]);
    assert_eq!(tenant.redeem(&code).await.status(), 200);
    tenant.clock.advance(10 * HOUR + 60);
    cleanup().await;
    assert_eq!(code_key_states(&tenant).await.len(), 2);
    tenant.clock.advance(1);
    cleanup().await;
    assert_eq!(code_key_states(&tenant).await, [KeyState::Current]);
    assert_eq!(tenant.redeem(&tenant.code().await).await.status(), 200);
}

/// A new private key, PKCS#8 in PEM.
fn pem() -> String {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    pem_of(AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap().as_ref())
}

fn ec_pem() -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    pem_of(pair.to_pkcs8v1().unwrap().as_ref())
}

fn pem_of(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

fn with_keys(signing: &str, code: &str) -> TenantOptions {
    let keys = OperatorKeys::new(Some(signing.into()), Some(code.into())).unwrap();
    TenantOptions { keys, ..TenantOptions::default() }
}

#[tokio::test]
async fn operator_keys_are_not_stored_in_database() {
    let (signing, code_key) = (pem(), "k".repeat(43));
    let tenant = TestTenant::start().await;
    let made_here = access_token(&tenant).await;
    let tenant = tenant.restarted_with(with_keys(&signing, &code_key)).await;
    let token = access_token(&tenant).await;
    assert_ne!(kid(&token), kid(&made_here));
    assert!(is_accepted(&tenant, &token).await);
    assert!(published(&tenant, "RS256").await.contains(&kid(&made_here)), "earlier keys stay published");
    let private: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM tenant_signing_keys").fetch_one(&tenant.pool).await.unwrap();
    assert_eq!(private, 0);
    let own = OperatorKeys::new(Some(signing.clone().into()), None).unwrap();
    let listed = signing_keys(&tenant.pool, &own, &*tenant.clock).await.unwrap();
    assert_eq!(named(&listed, "RS256")[0], (kid(&token).as_str(), KeyState::Current));

    // With another secret of the operator no code verifies.
    let code = tenant.code().await;
    let tenant = tenant.restarted_with(with_keys(&signing, &"x".repeat(43))).await;
    assert_eq!(tenant.verify(&code).await.status(), 401);
    let tenant = tenant.restarted_with(with_keys(&signing, &code_key)).await;
    assert_eq!(tenant.verify(&code).await.status(), 200);

    // A replaced key stays published until the tokens that it signed have expired.
    tenant.clock.advance(HOUR);
    let tenant = tenant.restarted_with(with_keys(&pem(), &code_key)).await;
    assert!(published(&tenant, "RS256").await.contains(&kid(&token)));
    assert_ne!(kid(&access_token(&tenant).await), kid(&token));
    tenant.clock.advance(26 * HOUR);
    assert!(!published(&tenant, "RS256").await.contains(&kid(&token)));
}

#[tokio::test]
async fn operator_keys_of_both_algorithms_sign() {
    let code_key = "k".repeat(43);
    let elliptic = |pem: &str| TenantOptions { jwt_alg: "ES256", ..with_keys(pem, &code_key) };
    let tenant = TestTenant::with(TenantOptions { jwt_alg: "ES256", ..TenantOptions::default() }).await;
    let made_here = access_token(&tenant).await;
    let (rsa, both) = (pem(), [ec_pem(), pem()].concat());
    let tenant = tenant.restarted_with(elliptic(&both)).await;
    let token = access_token(&tenant).await;
    assert_eq!(jsonwebtoken::decode_header(&token).unwrap().alg, jsonwebtoken::Algorithm::ES256);
    assert!(is_accepted(&tenant, &token).await);
    assert_eq!(published(&tenant, "ES256").await, [kid(&token), kid(&made_here)]);

    let tenant = tenant.restarted_with(with_keys(&rsa, &code_key)).await;
    let metadata: Value = tenant.get("/.well-known/openid-configuration").send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256"]));
    assert_eq!(published(&tenant, "ES256").await, [""; 0], "no client has ES256 any more");
}

#[rstest]
#[case::two_of_a_kind([pem(), pem()].concat())]
#[case::no_rsa_key(ec_pem())]
#[case::empty(String::new())]
#[case::not_pem("secret".to_owned())]
#[case::public_key(public_pem())]
#[case::not_pkcs8("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned())]
fn operator_signing_key_must_be_a_private_key(#[case] pem: String) {
    assert!(OperatorKeys::new(Some(pem.into()), None).is_err());
}

#[test]
fn operator_otp_key_must_be_long() {
    assert!(OperatorKeys::new(None, Some("short".into())).is_err());
}

#[test]
fn operator_keys_are_not_in_debug_output() {
    let keys = OperatorKeys::new(Some(pem().into()), Some("k".repeat(43).into())).unwrap();
    assert!(!format!("{keys:?}").contains("kkk"));
}
