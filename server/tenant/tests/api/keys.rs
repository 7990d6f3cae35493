//! The signing keys over time.

use std::sync::Arc;

use passwordless_tenant::{KeyInfo, KeyState, rotate_signing_keys, signing_keys};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::helpers::TestTenant;

const HOUR: u64 = 60 * 60;

async fn published(tenant: &TestTenant) -> Vec<String> {
    let keys: Value = tenant.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn access_token(tenant: &TestTenant) -> String {
    let code = tenant.code().await;
    let body: Value = tenant.redeem(&code).await.json().await.unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn is_good(tenant: &TestTenant, token: &str) -> bool {
    tenant.get("/userinfo").bearer_auth(token).send().await.unwrap().status() == 200
}

fn named(keys: &[KeyInfo]) -> Vec<(&str, KeyState)> {
    keys.iter().map(|key| (key.kid.as_str(), key.state)).collect()
}

#[tokio::test]
async fn the_next_key_is_known_before_it_signs_and_the_old_one_after() {
    let tenant = TestTenant::start().await;
    let before = published(&tenant).await;
    let [current, next] = &before[..] else { panic!("{before:?}") };
    let old_token = access_token(&tenant).await;
    assert_eq!(kid(&old_token), *current);

    let keys = rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    let fresh = keys[1].kid.clone();
    assert_eq!(
        named(&keys),
        [(next.as_str(), KeyState::Current), (&fresh, KeyState::Next), (current, KeyState::Retired)]
    );
    assert_eq!(published(&tenant).await, before, "a running instance follows within a minute");
    tenant.clock.advance(60);
    assert_eq!(published(&tenant).await, [next.clone(), fresh.clone(), current.clone()]);
    let new_token = access_token(&tenant).await;
    assert_eq!(kid(&new_token), *next);
    assert!(is_good(&tenant, &old_token).await && is_good(&tenant, &new_token).await);

    tenant.clock.advance(24 * HOUR);
    assert!(published(&tenant).await.contains(current), "an instance may have signed with it for another minute");
    tenant.clock.advance(60);
    assert_eq!(published(&tenant).await, [next.clone(), fresh.clone()]);
    let keys = signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    assert_eq!(named(&keys), [(next.as_str(), KeyState::Current), (&fresh, KeyState::Next)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_rotations_each_leaves_two_keys_and_loses_none() {
    let tenant = Arc::new(TestTenant::start().await);
    let before = published(&tenant).await;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let tenant = Arc::clone(&tenant);
        tasks.spawn(async move { rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap() });
    }
    tasks.join_all().await;
    let keys = signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    let states: Vec<KeyState> = keys.iter().map(|key| key.state).collect();
    assert_eq!(states[..2], [KeyState::Current, KeyState::Next]);
    assert!(states[2..].iter().all(|state| *state == KeyState::Retired));
    assert!(keys.iter().any(|key| key.kid == before[0] && key.state == KeyState::Retired));
}

#[tokio::test]
async fn the_private_half_of_a_retired_key_is_gone() {
    let tenant = TestTenant::start().await;
    let private = "SELECT pkcs8 FROM tenant_signing_keys WHERE slot = 'current'";
    let old: String = sqlx::query_scalar(private).fetch_one(&tenant.pool).await.unwrap();
    rotate_signing_keys(&tenant.pool, &*tenant.clock).await.unwrap();
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT pkcs8 FROM tenant_signing_keys").fetch_all(&tenant.pool).await.unwrap();
    assert!(kept.len() == 2 && !kept.contains(&old));
}
