//! Bodies that no form of ours can have sent.

use crate::support::program::Program;
use leptos_passwordless::outcome::{Refusal, StartOutcome};
use reqwest::StatusCode;
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn malformed_or_oversized_body_gets_a_json_error() {
    let program = Program::both(&[]).await;
    let huge = format!("phone_number={}", "1".repeat(100_000));
    let bodies = [
        (FORM, ""),
        (FORM, "phone_number=1&phone_number=2"),
        (FORM, "phone_number[a][b]=1"),
        (FORM, "%FF%FE=%00"),
        (FORM, "phone_number[]=1"),
        (FORM, &huge),
        ("application/json", "{\"phone_number\":"),
        ("text/plain", "hello"),
    ];
    for function in ["start", "verify"] {
        for (kind, body) in bodies {
            let call = program.browser().call(function).header("content-type", kind).body(body.to_owned());
            let response = call.send().await.unwrap();
            let shown = &body[..body.len().min(40)];
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{function} {kind} {shown}");
            let error: Value = response.json().await.unwrap_or_else(|e| panic!("{function} {shown}: {e}"));
            assert_eq!(error["error"], "invalid_request", "{function} {shown}");
        }
    }
}

#[tokio::test]
async fn invalid_number_gets_a_message() {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    assert_eq!(browser.start("").await, StartOutcome::Refused(Refusal::PhoneNumberMissing));
    for typed in ["123", "hello", "+999 1", "\u{202e}1234", &"9".repeat(5_000)] {
        assert_eq!(browser.start(typed).await, StartOutcome::Refused(Refusal::PhoneNumberInvalid), "{typed}");
    }
    let page = browser.submit("/login", "/api/passwordless/start", &[("phone_number", "<b>12</b>")]).await;
    assert!(page.shows("be a phone number. Please check the country and the digits."));
    assert!(page.shows("&lt;b&gt;12&lt;/b&gt;") && !page.text.contains("<b>12"));
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let program = Program::both(&[]).await;
    let page = program.browser().open("/nothing/here").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.shows("This page does not exist"));
    let response = program.browser().call("nothing").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let response = program.browser().get("/api/passwordless/start").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}
