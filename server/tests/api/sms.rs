//! Real SMS instead of the outbox.

use crate::support::{PHONE, program::Program};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::HashMap;
use url::form_urlencoded;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{basic_auth, method, path},
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

async fn with_twilio(answer: ResponseTemplate) -> (Program, MockServer) {
    let twilio = MockServer::start().await;
    let messages = path(format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    Mock::given(method("POST"))
        .and(messages)
        .and(basic_auth(ACCOUNT, "token"))
        .respond_with(answer)
        .mount(&twilio)
        .await;
    let url = twilio.uri();
    let account = ["--twilio-account-sid", ACCOUNT, "--twilio-auth-token", "token", "--twilio-from", "+15005550006"];
    let program = Program::both(&[&account[..], &["--twilio-api-base-url", &url]].concat()).await;
    (program, twilio)
}

#[tokio::test]
async fn twilio_receives_the_code_and_the_outbox_does_not() {
    let sent = ResponseTemplate::new(201).set_body_json(json!({ "sid": "SM1", "status": "queued" }));
    let (program, twilio) = with_twilio(sent).await;
    let browser = program.browser();
    assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));

    let requests = twilio.received_requests().await.unwrap_or_default();
    let form: HashMap<String, String> = form_urlencoded::parse(&requests[0].body).into_owned().collect();
    assert_eq!((form["To"].as_str(), form["From"].as_str()), (PHONE, "+15005550006"));
    let code: String = form["Body"].chars().filter(char::is_ascii_digit).collect();
    assert!(matches!(browser.verify(&code).await, VerifyOutcome::Verified { .. }));

    let outbox = reqwest::get(format!("{}/outbox", program.tenant)).await.unwrap();
    assert_eq!(outbox.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn twilio_errors_are_told_apart() {
    let cases = [
        (21211, Refusal::PhoneNumberInvalid),
        (21614, Refusal::PhoneNumberInvalid),
        (21408, Refusal::CountryNotAllowed),
        (21610, Refusal::OptedOut),
        (30002, Refusal::SmsNotSent),
    ];
    for (code, expected) in cases {
        let body = json!({ "code": code, "message": "no", "status": 400 });
        let (program, _twilio) = with_twilio(ResponseTemplate::new(400).set_body_json(body)).await;
        assert_eq!(program.browser().start(PHONE).await, StartOutcome::Refused(expected), "{code}");
    }
}
