//! Old and new formats of a phone number are the same user.

use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestTenant, claims, location, otp_request, query, wrong_code};

async fn verify(tenant: &TestTenant, phone_number: &str, code: &str) -> Response {
    let form = [("connection", "sms"), ("phone_number", phone_number), ("verification_code", code)];
    tenant.http.post(tenant.url("/passwordless/verify")).form(&form).send().await.unwrap()
}

async fn subject(tenant: &TestTenant, phone_number: &str, code: &str) -> Value {
    let mut request = otp_request(code);
    request["username"] = json!(phone_number);
    let response = tenant.post("/oauth/token", &request).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let claims = claims(&response.json::<Value>().await.unwrap()["id_token"]);
    json!([claims["sub"], claims["phone_number"]])
}

#[rstest]
#[case::mexico("+525512345678", "+5215512345678")]
#[case::argentina("+5491123456789", "+541123456789")]
#[case::brazil("+5511981234567", "+551181234567")]
#[tokio::test]
async fn old_number_format_is_same_user_at_every_endpoint(#[case] today: &str, #[case] old: &str) {
    let tenant = TestTenant::start().await;
    let mut subjects = Vec::new();
    for (requested, verified) in [(today, old), (old, today), (old, old)] {
        let code = tenant.code_for("sms", requested).await;
        assert_eq!(tenant.messages().await[0]["to"], today);
        assert_eq!(verify(&tenant, verified, &code).await.status(), 200);
        subjects.push(subject(&tenant, verified, &code).await);
    }
    subjects.dedup();
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert_eq!(subjects[0][1], today);

    let code = tenant.code_for("sms", old).await;
    let answer = location(&tenant.verify_redirect(&code, &[("phone_number", today)]).await);
    assert!(query(&answer, "code").is_some(), "{answer}");
    let found = passwordless_tenant::find_users(&tenant.pool, old).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[rstest]
#[case::mexico("+525512345678", "+5215512345678")]
#[case::argentina("+5491123456789", "+541123456789")]
#[case::brazil("+5511981234567", "+551181234567")]
#[tokio::test]
async fn attempts_with_old_and_new_number_format_count_together(#[case] today: &str, #[case] old: &str) {
    let tenant = TestTenant::start().await;
    let code = tenant.code_for("sms", today).await;
    for (verified, left) in [(old, 2), (today, 1), (old, 0)] {
        let body: Value = verify(&tenant, verified, &wrong_code(&code)).await.json().await.unwrap();
        assert_eq!(body["attempts_left"], left);
    }
}

/// They were stored before today's validation rules.
#[tokio::test]
async fn users_with_invalid_numbers_can_be_managed() {
    let tenant = TestTenant::start().await;
    let add = "INSERT INTO tenant_users (connection, phone_number, user_id, blocked, created_at, updated_at) \
               VALUES ('sms', '+1', 'u', FALSE, 0, 0)";
    sqlx::query(add).execute(&tenant.pool).await.unwrap();
    assert_eq!(passwordless_tenant::list_users(&tenant.pool).await.unwrap().len(), 1);
    assert!(passwordless_tenant::block_users(&tenant.pool, "+1").await.unwrap()[0].blocked);
}
