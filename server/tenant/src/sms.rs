//! Senders of text messages.

mod outbox;
mod twilio;

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

pub use outbox::Outbox;
pub(crate) use outbox::OutboxMessage;
pub use twilio::{Twilio, TwilioConfig, TwilioFrom};

/// One text message.
#[derive(Debug)]
pub struct SmsMessage {
    /// The recipient's number, E.164.
    pub to: String,
    /// The text; it holds a code, so it prints as `[REDACTED]`.
    pub body: SecretString,
    /// How long delivering it makes sense: the code's lifetime.
    pub validity: Duration,
}

/// Why a message was not accepted for delivery.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The provider says that the recipient is not a phone number (Twilio 21211).
    #[error("{message} (Code: {code})")]
    InvalidRecipient {
        /// The provider's words.
        message: String,
        /// The provider's code.
        code: i64,
    },
    /// The provider refused: the account, the sender or this recipient.
    #[error("{message} (Code: {code})")]
    Refused {
        /// The provider's words.
        message: String,
        /// The provider's code; its HTTP status where it names none.
        code: i64,
    },
    /// No answer in time.
    #[error("Timeout while calling the SMS provider")]
    Timeout,
    /// No connection, or an answer that is not one.
    #[error("The SMS provider could not be reached")]
    Unreachable,
}

/// Hands a message over for delivery.
#[async_trait]
pub trait SmsSender: Send + Sync + 'static {
    /// Sends one message, once.
    ///
    /// # Errors
    ///
    /// When the provider did not take it.
    async fn send(&self, message: &SmsMessage) -> Result<(), SendError>;
}
