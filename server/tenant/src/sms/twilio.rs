//! Twilio's Messages API.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>

pub(crate) mod signature;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{Accepted, SendError, SmsMessage, SmsSender};
use crate::{
    entropy::{self, Entropy},
    error::BuildError,
};

/// Where Twilio reports how far a message got, below the tenant's origin.
pub(crate) const STATUS_PATH: &str = "/twilio/status";

const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(3);

/// Largest response that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Twilio's code for a `To` that is no phone number.
const INVALID_TO: i64 = 21211;

/// An account at Twilio.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's token.
    pub auth_token: SecretString,
    /// The sender of the messages.
    pub from: TwilioFrom,
    /// Base URL of the API: [`TwilioConfig::API_BASE_URL`], except for a region or a test.
    pub api_base_url: Url,
    /// Retries where they cannot send a message twice.
    pub retries: Retries,
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

/// Retries with exponential backoff and full jitter, as in Twilio's own clients.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Attempts in all.
    pub tries: u32,
    /// The longest first pause.
    pub first_pause: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { tries: 3, first_pause: Duration::from_millis(100) }
    }
}

impl Retries {
    fn pause(self, tried: u32, entropy: &dyn Entropy) -> Duration {
        let longest = self.first_pause.saturating_mul(1 << (tried.clamp(1, 16) - 1)).min(MAX_PAUSE);
        let [part] = entropy::bytes::<1>(entropy);
        longest * u32::from(part) / 255
    }
}

/// Sends by Twilio. The API has no idempotency key, so a message is tried again only where Twilio surely has not looked at
/// it: it was busy (429), or could not be reached.
pub(crate) struct Twilio {
    config: TwilioConfig,
    endpoint: Url,
    status_callback: Option<Url>,
    entropy: Arc<dyn Entropy>,
    http: Client,
}

impl Twilio {
    /// Prepares the client; no request is made. Twilio reports the delivery of messages to the `status_callback`.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, or the API's base cannot take a path.
    pub(crate) fn new(
        config: TwilioConfig,
        status_callback: Option<Url>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BuildError> {
        Self::with_timeout(config, status_callback, entropy, TIMEOUT)
    }

    fn with_timeout(
        config: TwilioConfig,
        status_callback: Option<Url>,
        entropy: Arc<dyn Entropy>,
        timeout: Duration,
    ) -> Result<Self, BuildError> {
        let http = Client::builder()
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
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
        Ok(Self { config, endpoint, status_callback, entropy, http })
    }

    fn form<'a>(&'a self, message: &'a SmsMessage, validity: &'a str) -> Vec<(&'static str, &'a str)> {
        let from = match &self.config.from {
            TwilioFrom::Number(number) => ("From", number.as_str()),
            TwilioFrom::MessagingService(sid) => ("MessagingServiceSid", sid.as_str()),
        };
        let mut form = vec![
            ("To", message.to.as_str()),
            from,
            ("Body", message.body.expose_secret()),
            ("ValidityPeriod", validity),
            ("ContentRetention", "discard"),
        ];
        form.extend(self.status_callback.as_ref().map(|url| ("StatusCallback", url.as_str())));
        form
    }

    async fn try_once(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        let response = self
            .http
            .post(self.endpoint.clone())
            .basic_auth(&self.config.account_sid, Some(self.config.auth_token.expose_secret()))
            .form(&self.form(message, &validity_period(message.validity).to_string()))
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let status = response.status();
        if status.is_success() {
            // Taken is taken, whatever the rest of the answer looks like.
            let message_id = read(response).await.map(|Created { sid }| sid);
            return Ok(Accepted { message_id });
        }
        Err(refusal(status, read(response).await))
    }
}

#[async_trait]
impl SmsSender for Twilio {
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        let mut tried = 1;
        loop {
            match self.try_once(message).await {
                Err(SendError::Busy { .. } | SendError::Unreachable) if tried < self.config.retries.tries => {
                    #[expect(clippy::disallowed_methods, reason = "the pause before a retry, which tests configure")]
                    tokio::time::sleep(self.config.retries.pause(tried, &*self.entropy)).await;
                    tried += 1;
                }
                result => return result,
            }
        }
    }
}

/// Reads a response, up to a limit.
async fn read<T: DeserializeOwned>(mut response: Response) -> Option<T> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return None;
        }
    }
    serde_json::from_slice(&bytes).ok()
}

/// The code's lifetime, within Twilio's 1 to 36000 seconds and above the 5 below which Twilio advises not to go.
fn validity_period(lifetime: Duration) -> u64 {
    lifetime.as_secs().clamp(6, 36_000)
}

fn unanswered(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::Unreachable
    } else if error.is_timeout() {
        SendError::Timeout
    } else {
        SendError::BrokenOff
    }
}

/// The API's answer to a message that it took.
#[derive(Deserialize)]
struct Created {
    sid: String,
}

/// The API's error body.
#[derive(Deserialize)]
struct ErrorBody {
    code: i64,
    message: String,
}

/// Judges by the status first, as Twilio advises: its codes grow finer over time.
fn refusal(status: StatusCode, body: Option<ErrorBody>) -> SendError {
    let ErrorBody { code, message } = body.unwrap_or_else(|| ErrorBody {
        code: i64::from(status.as_u16()),
        message: "Unexpected response while calling the SMS provider".to_owned(),
    });
    if is_our_fault(status, code) {
        tracing::error!(%status, code, "Twilio refuses this account or sender: check its configuration");
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS => SendError::Busy { message, code },
        _ if !status.is_client_error() => SendError::Failed { message, code },
        _ if code == INVALID_TO => SendError::InvalidRecipient { message, code },
        _ => SendError::Refused { message, code },
    }
}

/// Wrong credentials, or a sender that is not the account's: every message fails until an operator acts.
fn is_our_fault(status: StatusCode, code: i64) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        || matches!(code, 20003 | 20404 | 70051 | 21212 | 21606 | 21659..=21661)
}
