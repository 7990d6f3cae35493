//! Codes, secrets and phone numbers are not in the log, and codes and secrets not in the database.

use crate::support::{CHALLENGE, PHONE, TenantOptions, TestTenant, VERIFIER, log, wrong_code};

#[tokio::test]
async fn secrets_are_neither_logged_nor_stored() {
    // With 20 digits, no other number in the log equals a code by chance.
    let tenant = TestTenant::with(TenantOptions { code_length: 20, ..TenantOptions::default() }).await;
    let first = tenant.code().await;
    tenant.verify(&wrong_code(&first)).await;
    tenant.redeem(&wrong_code(&first)).await;
    tenant.verify_redirect(&wrong_code(&first), &[("state", "a-state")]).await;
    let (code, cookie) = tenant
        .sign_in_by_redirect(&[
            ("scope", "offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
        .await;
    let second = tenant.newest_code().await;
    let tokens = tenant.exchange(&code, &[("code_verifier", VERIFIER)]).await.text().await.unwrap();
    tenant.exchange(&code, &[("client_secret", "a-wrong-secret")]).await;
    let last = tenant.code().await;

    let log = log::text();
    assert!(log.contains("invalid_grant") && log.contains("invalid_client") && log.contains("unauthorized"), "{log}");
    let cookie = cookie.split_once('=').unwrap().1;
    let secrets = [&first, &second, &last, &code, cookie, "web-secret", "a-wrong-secret", VERIFIER, PHONE, &PHONE[1..]];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }

    let stored = tenant.database.content().await;
    let stored = String::from_utf8_lossy(&stored);
    let token = serde_json::from_str::<serde_json::Value>(&tokens).unwrap();
    let access_token = token["access_token"].as_str().unwrap();
    let refresh_token = token["refresh_token"].as_str().unwrap();
    for secret in [&first, &second, &last, &code, cookie, VERIFIER, "web-secret", access_token, refresh_token] {
        assert!(!stored.contains(secret), "{secret} is in the database");
    }
}
