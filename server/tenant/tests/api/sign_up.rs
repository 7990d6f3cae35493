//! A connection with `disable_signup` reveals only to the owner of a number that it has no account.

use std::time::{Duration, Instant};

use passwordless_tenant::{Limits, Sms};
use reqwest::Response;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{
    CALLBACK, OTP_GRANT, PHONE, SIGNUP_DISABLED, TenantOptions, TestTenant, Visitor, WRONG_CODE, assert_error,
    location, otp_request, query, twilio_config,
};

/// Longer than a response is delayed before the first message.
const FAILURE: Duration = Duration::from_millis(600);
const MEMBER: &str = "+14155550123";

/// A tenant with one user of the connection without sign-up.
async fn with_a_member() -> TestTenant {
    let tenant = TestTenant::start().await;
    tenant.add_member(MEMBER).await;
    tenant
}

/// The right code of a number whose account is gone.
async fn code_of_a_former_member(tenant: &TestTenant) -> String {
    tenant.add_member(PHONE).await;
    let code = tenant.code_for("members", PHONE).await;
    tenant.remove_member(PHONE).await;
    code
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
    let code = code_of_a_former_member(&tenant).await;
    for _ in 0..2 {
        assert_error(verify(&tenant, PHONE, &code).await, 400, "bad.connection", SIGNUP_DISABLED).await;
    }
    assert_error(redeem(&tenant, &code).await, 400, "bad.connection", SIGNUP_DISABLED).await;
    let code = tenant.code_for("members", MEMBER).await;
    assert_eq!(verify(&tenant, MEMBER, &code).await.status(), 200);
}

/// The responses about a number to a client without its code: header by header, and member by member but for the random id.
async fn without_the_code(tenant: &TestTenant, phone_number: &str) -> (Vec<String>, Vec<Value>) {
    let response = tenant.request_code("members", phone_number).await;
    assert_eq!(response.status(), 200);
    let headers = response.headers().iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let mut started: Value = response.json().await.unwrap();
    started["_id"].take();
    started["phone_number"].take();
    let mut answers = vec![started];
    for guess in ["00000000", "00000001", "00000002"] {
        let refusal = verify(tenant, phone_number, guess).await;
        answers.push(assert_error(refusal, 401, "invalid_user_password", WRONG_CODE).await);
    }
    (headers, answers)
}

#[tokio::test]
async fn signup_disabled_does_not_reveal_accounts() {
    let limits = Limits { starts_per_phone_hour: 10, ..TenantOptions::default().limits };
    let tenant = TestTenant::with(TenantOptions { limits, ..TenantOptions::default() }).await;
    tenant.add_member(MEMBER).await;
    let of_member = without_the_code(&tenant, MEMBER).await;
    assert!(of_member.0.contains(&"x-ratelimit-remaining: 9".to_owned()), "{of_member:?}");
    assert_eq!(without_the_code(&tenant, PHONE).await, of_member);
    let recipients: Vec<_> = tenant.messages().await.iter().map(|message| message["to"].clone()).collect();
    assert_eq!(recipients, [MEMBER], "nobody is texted who cannot sign in");
}

/// Otherwise a provider that is out of order would tell who has an account: only their messages fail.
#[tokio::test]
async fn signup_disabled_does_not_reveal_accounts_by_failures() {
    let provider = MockServer::start().await;
    let refused = ResponseTemplate::new(500).set_body_json(json!({"code": 20500, "message": "x"})).set_delay(FAILURE);
    Mock::given(any()).respond_with(refused).expect(2).mount(&provider).await;
    let sms = Sms::Twilio(twilio_config(&provider.uri()));
    let tenant = TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await;
    tenant.add_member(MEMBER).await;
    for number in [MEMBER, PHONE] {
        #[expect(clippy::disallowed_methods, reason = "the response takes as long as if a message had failed")]
        let began = Instant::now();
        assert_eq!(tenant.request_code("members", number).await.status(), 200, "{number}");
        assert!(began.elapsed() >= FAILURE, "{number}");
    }
    assert_eq!(tenant.request_code("sms", PHONE).await.status(), 400, "elsewhere the failure is told");
}

#[tokio::test]
async fn signup_disabled_is_reported_to_browser_flows() {
    let tenant = with_a_member().await;
    let code = code_of_a_former_member(&tenant).await;
    let answer = location(&tenant.verify_redirect(&code, &[("connection", "members"), ("state", "s")]).await);
    assert!(answer.starts_with(CALLBACK));
    assert_eq!(query(&answer, "error").as_deref(), Some("bad.connection"));
    assert_eq!(query(&answer, "error_description").as_deref(), Some(SIGNUP_DISABLED));
    assert_eq!(query(&answer, "state").as_deref(), Some("s"));

    let code = code_of_a_former_member(&tenant).await;
    let credentials = json!({
        "client_id": "web", "credential_type": OTP_GRANT, "username": PHONE, "otp": code, "realm": "members",
    });
    let own_page = tenant.post("/co/authenticate", &credentials).header("origin", "http://localhost:5000");
    assert_error(own_page.send().await.unwrap(), 403, "access_denied", SIGNUP_DISABLED).await;
}

#[tokio::test]
async fn signup_disabled_is_shown_on_login_page() {
    let tenant = with_a_member().await;
    tenant.add_member(PHONE).await;
    let visitor = Visitor::start_login(&tenant, &[("connection", "members")]).await;
    visitor.post_and_read("start", ("phone_number", PHONE)).await;
    let code = tenant.newest_code().await;
    tenant.remove_member(PHONE).await;
    for _ in 0..2 {
        let page = visitor.post_and_read("verify", ("code", &code)).await;
        assert!(page.contains("SignUpDisabled"), "{page}");
    }
    visitor.edit().await;
    visitor.post_and_read("start", ("phone_number", MEMBER)).await;
    let answer = location(&visitor.enter(&tenant.newest_code().await).await);
    assert!(query(&answer, "code").is_some(), "{answer}");
}

#[tokio::test]
async fn signup_disabled_sends_nothing_from_login_page_and_asks_for_the_code() {
    let tenant = with_a_member().await;
    let mut pages = Vec::new();
    for number in [PHONE, MEMBER] {
        let visitor = Visitor::start_login(&tenant, &[("connection", "members")]).await;
        visitor.post_and_read("start", ("phone_number", number)).await;
        pages.push(visitor.post_and_read("verify", ("code", "00000000")).await.replace(number, ""));
    }
    assert_eq!(pages[0], pages[1]);
    let recipients: Vec<_> = tenant.messages().await.iter().map(|message| message["to"].clone()).collect();
    assert_eq!(recipients, [MEMBER]);
}
