//! Time-outs, resets and tries against a double.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::*;
use crate::{entropy::SystemEntropy, sms::RequestedBy};

type Failure = Box<dyn std::error::Error>;

fn twilio(api: &str, timeout: Duration) -> Result<Twilio, Failure> {
    let config = TwilioConfig {
        account_sid: "AC0".to_owned(),
        auth_token: "token".into(),
        from: TwilioFrom::Number("+15005550006".to_owned()),
        api_base_url: Url::parse(api)?,
        retries: Retries { first_pause: Duration::ZERO, ..Retries::default() },
    };
    Ok(Twilio::with_timeout(config, None, Arc::new(SystemEntropy), timeout)?)
}

fn message() -> SmsMessage {
    SmsMessage {
        to: "+14155552671".to_owned(),
        body: "Hello".into(),
        validity: Duration::from_mins(3),
        requested_by: RequestedBy::default(),
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_on() -> Result<(), Failure> {
    let double = MockServer::start().await;
    let answer = ResponseTemplate::new(201).set_delay(Duration::from_mins(1));
    Mock::given(any()).respond_with(answer).expect(1).mount(&double).await;
    let twilio = twilio(&double.uri(), Duration::from_millis(50))?;
    assert!(matches!(twilio.send(&message()).await, Err(SendError::Timeout)));
    Ok(())
}

#[tokio::test]
async fn a_busy_provider_is_asked_again() -> Result<(), Failure> {
    let double = MockServer::start().await;
    let busy = ResponseTemplate::new(429).set_body_string(r#"{"code": 20429, "message": "Too Many Requests"}"#);
    Mock::given(any()).respond_with(busy).up_to_n_times(2).expect(2).mount(&double).await;
    let created = ResponseTemplate::new(201).set_body_string(r#"{"sid": "SM1", "status": "queued"}"#);
    Mock::given(any()).respond_with(created).expect(1).mount(&double).await;
    let accepted = twilio(&double.uri(), TIMEOUT)?.send(&message()).await?;
    assert_eq!(accepted.message_id.as_deref(), Some("SM1"));
    Ok(())
}

#[tokio::test]
async fn a_provider_that_stays_busy_is_asked_three_times() -> Result<(), Failure> {
    let double = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(429)).expect(3).mount(&double).await;
    let result = twilio(&double.uri(), TIMEOUT)?.send(&message()).await;
    assert!(matches!(result, Err(SendError::Busy { code: 429, .. })));
    Ok(())
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_again() -> Result<(), Failure> {
    let double = MockServer::start().await;
    let failed = ResponseTemplate::new(500).set_body_string(r#"{"code": 20500, "message": "Internal Server Error"}"#);
    Mock::given(any()).respond_with(failed).expect(1).mount(&double).await;
    let result = twilio(&double.uri(), TIMEOUT)?.send(&message()).await;
    assert!(matches!(result, Err(SendError::Failed { code: 20500, .. })));
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_with_the_message_is_not_made_again() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let api = format!("http://{}", listener.local_addr()?);
    let reads = tokio::spawn(async move {
        let mut connections = 0;
        while let Ok(Ok((mut stream, _))) = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await {
            connections += 1;
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.shutdown().await;
        }
        connections
    });
    assert!(matches!(twilio(&api, TIMEOUT)?.send(&message()).await, Err(SendError::BrokenOff)));
    assert_eq!(reads.await?, 1);
    Ok(())
}

#[test]
fn messages_live_about_as_long_as_their_codes() {
    for (seconds, expected) in [(1, 6), (60, 60), (180, 180), (86_400, 36_000)] {
        assert_eq!(validity_period(Duration::from_secs(seconds)), expected);
    }
}

#[test]
fn pauses_grow_and_are_bounded() {
    let retries = Retries::default();
    for tried in 1..200 {
        let longest = Duration::from_millis(100).saturating_mul(1 << (tried.min(16) - 1)).min(MAX_PAUSE);
        assert!(retries.pause(tried, &SystemEntropy) <= longest);
    }
}

#[test]
fn errors_are_judged_by_status_then_code() {
    for (status, code, expected) in [
        (400, 21211, "invalid recipient"),
        (400, 21610, "refused"),
        (400, 21606, "refused"),
        (401, 20003, "refused"),
        (404, 20404, "refused"),
        (429, 20429, "busy"),
        (429, 21611, "busy"),
        (400, 21611, "refused"),
        (500, 20500, "failed"),
        (503, 99999, "failed"),
        (302, 1, "failed"),
    ] {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let error = refusal(status, Some(ErrorBody { code, message: String::new() }));
        assert_eq!(error.kind(), expected, "{status} {code}");
    }
}
