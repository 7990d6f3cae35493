//! Twilio's Messages API.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{SendError, SmsMessage, SmsSender};
use crate::error::BuildError;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Twilio's code for a `To` that is no phone number.
const INVALID_TO: i64 = 21211;

/// An account at Twilio.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's token.
    pub auth_token: SecretString,
    /// Who the message is from.
    pub from: TwilioFrom,
    /// Where the API is; [`TwilioConfig::API_BASE_URL`] unless a region or a test says otherwise.
    pub api_base_url: Url,
}

impl TwilioConfig {
    /// Twilio's API.
    pub const API_BASE_URL: &'static str = "https://api.twilio.com";
}

/// The sender of a message: Twilio takes exactly one of the two.
#[derive(Clone, Debug)]
pub enum TwilioFrom {
    /// A number or an alphanumeric sender, `From`.
    Number(String),
    /// `MessagingServiceSid`.
    MessagingService(String),
}

/// Sends by Twilio. A message is never sent twice: the API has no idempotency key, so a failure is reported, not retried.
#[derive(Debug)]
pub struct Twilio {
    config: TwilioConfig,
    endpoint: Url,
    http: Client,
}

impl Twilio {
    /// Prepares the client; no request is made.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, or the API's base cannot take a path.
    pub fn new(config: TwilioConfig) -> Result<Self, BuildError> {
        Self::with_timeout(config, TIMEOUT)
    }

    fn with_timeout(config: TwilioConfig, timeout: Duration) -> Result<Self, BuildError> {
        let http = Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(BuildError::HttpClient)?;
        let mut endpoint = config.api_base_url.clone();
        endpoint.path_segments_mut().map_err(|()| BuildError::TwilioUrl)?.pop_if_empty().extend([
            "2010-04-01",
            "Accounts",
            &config.account_sid,
            "Messages.json",
        ]);
        Ok(Self { config, endpoint, http })
    }

    fn form<'a>(&'a self, message: &'a SmsMessage, validity: &'a str) -> [(&'static str, &'a str); 5] {
        let from = match &self.config.from {
            TwilioFrom::Number(number) => ("From", number.as_str()),
            TwilioFrom::MessagingService(sid) => ("MessagingServiceSid", sid.as_str()),
        };
        [
            ("To", &message.to),
            from,
            ("Body", message.body.expose_secret()),
            ("ValidityPeriod", validity),
            ("ContentRetention", "discard"),
        ]
    }
}

#[async_trait]
impl SmsSender for Twilio {
    async fn send(&self, message: &SmsMessage) -> Result<(), SendError> {
        let validity = message.validity.as_secs().clamp(1, 36_000).to_string();
        let response = self
            .http
            .post(self.endpoint.clone())
            .basic_auth(&self.config.account_sid, Some(self.config.auth_token.expose_secret()))
            .form(&self.form(message, &validity))
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        Err(refusal(status, response.json().await.ok()))
    }
}

fn unanswered(error: &reqwest::Error) -> SendError {
    if error.is_timeout() { SendError::Timeout } else { SendError::Unreachable }
}

/// The API's error body.
#[derive(Deserialize)]
struct ErrorBody {
    code: i64,
    message: String,
}

fn refusal(status: StatusCode, body: Option<ErrorBody>) -> SendError {
    let Some(ErrorBody { code, message }) = body else {
        return SendError::Refused {
            message: "Unexpected response while calling the SMS provider".to_owned(),
            code: i64::from(status.as_u16()),
        };
    };
    if code == INVALID_TO {
        return SendError::InvalidRecipient { message, code };
    }
    if is_our_fault(status, code) {
        tracing::error!(%status, code, "Twilio refuses this account or sender: check its configuration");
    }
    SendError::Refused { message, code }
}

/// Bad credentials, or a sender that the account does not own: every message fails until someone acts.
fn is_our_fault(status: StatusCode, code: i64) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        || matches!(code, 20003 | 20404 | 70051 | 21212 | 21606 | 21659..=21661)
}

#[cfg(test)]
mod tests {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

    use super::*;

    #[tokio::test]
    async fn a_provider_that_hangs_is_given_up_on() -> Result<(), Box<dyn std::error::Error>> {
        let double = MockServer::start().await;
        let answer = ResponseTemplate::new(201).set_delay(Duration::from_mins(1));
        Mock::given(any()).respond_with(answer).mount(&double).await;
        let config = TwilioConfig {
            account_sid: "AC0".to_owned(),
            auth_token: "token".into(),
            from: TwilioFrom::Number("+15005550006".to_owned()),
            api_base_url: Url::parse(&double.uri())?,
        };
        let twilio = Twilio::with_timeout(config, Duration::from_millis(50))?;
        let message =
            SmsMessage { to: "+14155552671".to_owned(), body: "Hello".into(), validity: Duration::from_mins(3) };
        assert!(matches!(twilio.send(&message).await, Err(SendError::Timeout)));
        Ok(())
    }
}
