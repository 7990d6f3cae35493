//! Parallel requests: one succeeds, and no more than three attempts are counted.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{TestTenant, claims, location, otp_request, query, refresh, wrong_code};

#[tokio::test(flavor = "multi_thread")]
async fn parallel_redeems_of_code_succeed_once() {
    let tenant = Arc::new(TestTenant::start().await);
    let code = tenant.code().await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (tenant, code) = (Arc::clone(&tenant), code.clone());
        tasks.spawn(async move { tenant.redeem(&code).await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 19, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_wrong_codes_count_as_three_attempts() {
    let tenant = Arc::new(TestTenant::start().await);
    let code = tenant.code().await;
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let (tenant, guess) = (Arc::clone(&tenant), wrong_code(&code));
        tasks.spawn(async move {
            let response = if n % 2 == 0 { tenant.redeem(&guess).await } else { tenant.verify(&guess).await };
            response.json::<Value>().await.unwrap()["attempts_left"].as_u64()
        });
    }
    let mut counted: Vec<u64> = tasks.join_all().await.into_iter().flatten().collect();
    counted.sort_unstable();
    assert_eq!(counted, [0, 1, 2]);
    // From another address, as this one is blocked now.
    let elsewhere = tenant.post("/oauth/token", &otp_request(&code)).header("auth0-forwarded-for", "192.0.2.1");
    assert_eq!(elsewhere.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_exchanges_of_authorization_code_succeed_once() {
    let tenant = Arc::new(TestTenant::start().await);
    let (code, _) = tenant.sign_in_by_redirect(&[]).await;
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let (tenant, code) = (Arc::clone(&tenant), code.clone());
        tasks.spawn(async move { tenant.exchange(&code, &[]).await.status().as_u16() });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

/// A code that is exchanged twice may be stolen: no refresh token of it stays valid.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_exchanges_of_authorization_code_revoke_refresh_token() {
    let tenant = Arc::new(TestTenant::start().await);
    for n in 0..30 {
        let phone_number = format!("+1415555{:04}", 3000 + n);
        let code = tenant.code_for("sms", &phone_number).await;
        let changes = [("phone_number", phone_number.as_str()), ("scope", "openid offline_access")];
        let code = query(&location(&tenant.verify_redirect(&code, &changes).await), "code").unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let (tenant, code) = (Arc::clone(&tenant), code.clone());
            tasks.spawn(async move { tenant.exchange(&code, &[]).await.json::<Value>().await.unwrap() });
        }
        let answers = tasks.join_all().await;
        let won: Vec<&str> = answers.iter().filter_map(|answer| answer["refresh_token"].as_str()).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        assert_eq!(
            refresh(&tenant, won[0], &json!({})).await.status(),
            403,
            "the tokens of code {n} outlived its reuse"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_first_logins_create_one_user_each() {
    let tenant = Arc::new(TestTenant::start().await);
    let mut tasks = JoinSet::new();
    for n in 0..10 {
        let tenant = Arc::clone(&tenant);
        tasks.spawn(async move {
            let phone_number = format!("+1415555{:04}", 2000 + n);
            let body = serde_json::json!({
                "client_id": "web", "client_secret": "web-secret", "connection": "sms", "phone_number": phone_number,
            });
            assert_eq!(tenant.post("/passwordless/start", &body).send().await.unwrap().status(), 200);
            let messages = tenant.messages().await;
            let mine = messages.iter().find(|message| message["to"] == phone_number.as_str()).unwrap();
            let code: String = mine["body"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
            let mut request = otp_request(&code);
            request["username"] = phone_number.into();
            let body: Value = tenant.post("/oauth/token", &request).send().await.unwrap().json().await.unwrap();
            claims(&body["id_token"])["sub"].as_str().unwrap().to_owned()
        });
    }
    let mut subjects = tasks.join_all().await;
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 10);
}
