//! A connection with `disable_signup` reveals only to the owner of a number that it has no account.

use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, OTP_GRANT, PHONE, SIGNUP_DISABLED, TestTenant, Visitor, WRONG_CODE, assert_error, location, otp_request,
    query, wrong_code,
};

const MEMBER: &str = "+14155550123";

/// A tenant with one user of the connection without sign-up.
async fn with_a_member() -> TestTenant {
    let tenant = TestTenant::start().await;
    let add = "INSERT INTO tenant_users (connection, phone_number, user_id, created_at, updated_at) \
               VALUES ('members', $1, '0123456789abcdef01234567', 0, 0)";
    sqlx::query(add).bind(MEMBER).execute(&tenant.pool).await.unwrap();
    tenant
}

async fn verify(tenant: &TestTenant, phone_number: &str, code: &str) -> Response {
    let form = [("connection", "members"), ("phone_number", phone_number), ("verification_code", code)];
    tenant.http.post(tenant.url("/passwordless/verify")).form(&form).send().await.unwrap()
}

async fn redeem(tenant: &TestTenant, code: &str) -> Response {
    let mut request = otp_request(code);
    request["realm"] = json!("members");
    tenant.post("/oauth/token", &request).send().await.unwrap()
}

#[tokio::test]
async fn signup_disabled_is_reported_with_right_code() {
    let tenant = with_a_member().await;
    let code = tenant.code_for("members", PHONE).await;
    for _ in 0..2 {
        assert_error(verify(&tenant, PHONE, &code).await, 400, "bad.connection", SIGNUP_DISABLED).await;
    }
    assert_error(redeem(&tenant, &code).await, 400, "bad.connection", SIGNUP_DISABLED).await;
    let code = tenant.code_for("members", MEMBER).await;
    assert_eq!(verify(&tenant, MEMBER, &code).await.status(), 200);
}

/// The responses about a number to a client without its code.
async fn without_the_code(tenant: &TestTenant, phone_number: &str) -> Vec<Value> {
    let mut started: Value = tenant.request_code("members", phone_number).await.json().await.unwrap();
    started["_id"].take();
    started["phone_number"].take();
    let code = tenant.newest_code().await;
    assert_eq!(tenant.messages().await[0]["to"], phone_number);
    let mut answers = vec![started];
    for _ in 0..3 {
        let refusal = verify(tenant, phone_number, &wrong_code(&code)).await;
        answers.push(assert_error(refusal, 401, "invalid_user_password", WRONG_CODE).await);
    }
    answers
}

#[tokio::test]
async fn signup_disabled_does_not_reveal_accounts() {
    let tenant = with_a_member().await;
    assert_eq!(without_the_code(&tenant, PHONE).await, without_the_code(&tenant, MEMBER).await);
}

#[tokio::test]
async fn signup_disabled_is_reported_to_browser_flows() {
    let tenant = with_a_member().await;
    let code = tenant.code_for("members", PHONE).await;
    let answer = location(&tenant.verify_redirect(&code, &[("connection", "members"), ("state", "s")]).await);
    assert!(answer.starts_with(CALLBACK));
    assert_eq!(query(&answer, "error").as_deref(), Some("bad.connection"));
    assert_eq!(query(&answer, "error_description").as_deref(), Some(SIGNUP_DISABLED));
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));

    let code = tenant.code_for("members", PHONE).await;
    let credentials = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": code, "realm": "members",
    });
    let own_page = tenant.post("/co/authenticate", &credentials).header("origin", "http://localhost:5000");
    assert_error(own_page.send().await.unwrap(), 403, "access_denied", SIGNUP_DISABLED).await;
}

#[tokio::test]
async fn signup_disabled_is_shown_on_login_page() {
    let tenant = with_a_member().await;
    let visitor = Visitor::start_login(&tenant, &[("connection", "members")]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    for _ in 0..2 {
        let page = visitor.post_and_read("verify", ("code", &code)).await;
        assert!(page.contains("SignUpDisabled"), "{page}");
    }
    visitor.edit().await;
    visitor.post_and_read("start", ("phone_number", MEMBER)).await;
    let answer = location(&visitor.enter(&tenant.newest_code().await).await);
    assert!(query(&answer, "code").is_some(), "{answer}");
}
