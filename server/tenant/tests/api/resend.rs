//! The previous code after a resend whose message the SMS provider refuses.

use passwordless_tenant::Sms;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::support::{
    CODE_USED_UP, PHONE, TenantOptions, TestTenant, WRONG_CODE, assert_error, twilio_config, wrong_code,
};

/// A tenant with a double of Twilio.
struct AtTwilio {
    double: MockServer,
    tenant: TestTenant,
}

impl AtTwilio {
    async fn start() -> Self {
        let double = MockServer::start().await;
        let sms = Sms::Twilio(twilio_config(&double.uri()));
        Self { double, tenant: TestTenant::with(TenantOptions { sms, ..TenantOptions::default() }).await }
    }

    /// Requests a code, to which Twilio responds with this status and error code. Returns the code, sent or not.
    async fn code(&self, status: u16, twilio: i64) -> String {
        self.double.reset().await;
        let answer = json!({"sid": "SM1", "code": twilio, "message": "no"});
        let answer = ResponseTemplate::new(status).set_body_json(answer);
        Mock::given(method("POST")).respond_with(answer).expect(1).mount(&self.double).await;
        let started = self.tenant.request_code("sms", PHONE).await;
        assert_eq!(started.status(), if status == 201 { 200 } else { 400 });
        let requests = self.double.received_requests().await.unwrap();
        let form = url::form_urlencoded::parse(&requests[0].body).into_owned();
        let (_, text) = form.into_iter().find(|(name, _)| name == "Body").unwrap();
        text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).unwrap().to_owned()
    }
}

#[rstest]
#[case::invalid_to_number(400, 21211)]
#[case::to_number_not_mobile(400, 21614)]
#[case::recipient_unsubscribed(400, 21610)]
#[case::not_authenticated(401, 20003)]
#[case::too_many_requests(429, 20429)]
#[tokio::test]
async fn refused_message_keeps_previous_code_valid(#[case] status: u16, #[case] twilio: i64) {
    let at = AtTwilio::start().await;
    let arrived = at.code(201, 0).await;
    // A second refusal restores the same code again.
    let unsent = [at.code(status, twilio).await, at.code(status, twilio).await];
    assert_eq!(at.tenant.verify(&arrived).await.status(), 200);
    for code in unsent {
        let body = assert_error(at.tenant.verify(&code).await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!(body["superseded"], Value::Null, "the code was never sent");
    }
    assert_eq!(at.tenant.redeem(&arrived).await.status(), 200);
    at.code(status, twilio).await;
    let body = assert_error(at.tenant.redeem(&arrived).await, 403, "invalid_grant", WRONG_CODE).await;
    assert_eq!(body["attempts_left"], Value::Null, "a used code is not restored");
}

/// Once Twilio accepts the message of a newer code, it replaces the restored one.
#[tokio::test]
async fn restored_code_can_be_replaced() {
    let at = AtTwilio::start().await;
    let arrived = at.code(201, 0).await;
    at.code(400, 21614).await;
    let newer = at.code(201, 0).await;
    let body = assert_error(at.tenant.verify(&arrived).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!((&body["superseded"], &body["attempts_left"]), (&json!(true), &json!(3)));
    assert_eq!(at.tenant.redeem(&newer).await.status(), 200);
}

/// Twilio failed after it had the message, so that the user may receive it.
#[tokio::test]
async fn message_with_unknown_outcome_counts_as_sent() {
    let at = AtTwilio::start().await;
    let arrived = at.code(201, 0).await;
    let perhaps = at.code(502, 0).await;
    let body = assert_error(at.tenant.verify(&arrived).await, 401, "invalid_user_password", WRONG_CODE).await;
    assert_eq!(body["superseded"], true);
    assert_eq!(at.tenant.redeem(&perhaps).await.status(), 200);
}

#[tokio::test]
async fn refused_messages_do_not_reset_attempts() {
    let at = AtTwilio::start().await;
    let arrived = at.code(201, 0).await;
    for left in [2, 1, 0] {
        let body =
            assert_error(at.tenant.verify(&wrong_code(&arrived)).await, 401, "invalid_user_password", WRONG_CODE).await;
        assert_eq!(body["attempts_left"], left);
        at.code(400, 21614).await;
    }
    assert_error(at.tenant.verify(&arrived).await, 401, "invalid_user_password", CODE_USED_UP).await;
}
