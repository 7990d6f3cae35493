//! Senders of text messages.

pub(crate) mod delivery;
mod failover;
mod gateway;
mod measured;
pub(crate) mod outbox;
pub(crate) mod registry;
pub(crate) mod twilio;

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;

pub use delivery::MessageState;
pub(crate) use failover::Failover;
pub(crate) use gateway::Gateway;
pub use gateway::{GatewayAuthentication, GatewayConfig};
pub(crate) use measured::Measured;
pub(crate) use outbox::{Outbox, OutboxMessage};
pub use registry::Sms;
pub(crate) use twilio::Twilio;
pub use twilio::{Retries, TwilioConfig, TwilioFrom};

/// Twilio's code for a recipient who opted out.
pub(crate) const OPTED_OUT: i64 = 21610;

/// Twilio's code for a country that the account may not text.
pub(crate) const COUNTRY_NOT_ENABLED: i64 = 21408;

/// One text message.
#[derive(Debug)]
pub(crate) struct SmsMessage {
    /// The recipient's number, E.164.
    pub(crate) to: String,
    /// The text; it holds a code, so it prints as `[REDACTED]`.
    pub(crate) body: SecretString,
    /// How long delivering it makes sense: the code's lifetime.
    pub(crate) validity: Duration,
    /// The request for the code, for gateways that want it.
    pub(crate) requested_by: RequestedBy,
}

/// The request for a code.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestedBy {
    /// Its address.
    pub(crate) ip: Option<IpAddr>,
    /// Its `User-Agent`.
    pub(crate) user_agent: Option<String>,
}

/// A message that a provider accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The provider's identifier, where it reports the delivery.
    pub(crate) message_id: Option<String>,
}

/// Why a message was not accepted for delivery.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The recipient is not a phone number (Twilio 21211).
    #[error("{message} (Code: {code})")]
    InvalidRecipient {
        /// The provider's message.
        message: String,
        /// The provider's code.
        code: i64,
    },
    /// The provider refused: the account, the sender or this recipient.
    #[error("{message} (Code: {code})")]
    Refused {
        /// The provider's message.
        message: String,
        /// The provider's code; its HTTP status where it names none.
        code: i64,
    },
    /// The provider is busy and did not look at the message.
    #[error("{message} (Code: {code})")]
    Busy {
        /// The provider's message.
        message: String,
        /// The provider's code.
        code: i64,
    },
    /// The provider failed with the message in hand; it may go out.
    #[error("{message} (Code: {code})")]
    Failed {
        /// The provider's message.
        message: String,
        /// The provider's code; its HTTP status where it names none.
        code: i64,
    },
    /// A gateway answered with a status that is not success.
    #[error("Unexpected response while calling the SMS gateway: {0}")]
    GatewayStatus(u16),
    /// A gateway did not believe our token.
    #[error("Authentication failed while calling the SMS gateway: 401")]
    GatewayAuthentication,
    /// A gateway did not answer in time; the number is HTTP's for this.
    #[error("Timeout while calling the SMS gateway: 504")]
    GatewayTimeout,
    /// No answer in time.
    #[error("Timeout while calling the SMS provider")]
    Timeout,
    /// No connection: the message was not handed over.
    #[error("The SMS provider could not be reached")]
    Unreachable,
    /// The connection broke after the message was handed over; it may go out.
    #[error("The SMS provider broke the connection off")]
    BrokenOff,
}

impl SendError {
    /// Whether it is certain that nothing was or will be sent.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Self::GatewayStatus(status) => (400..500).contains(status),
            Self::InvalidRecipient { .. }
            | Self::Refused { .. }
            | Self::Busy { .. }
            | Self::GatewayAuthentication
            | Self::Unreachable => true,
            Self::Failed { .. } | Self::GatewayTimeout | Self::Timeout | Self::BrokenOff => false,
        }
    }

    /// Whether another sender may try: this one surely sends nothing, and not because of the recipient, who may have
    /// opted out or have no mobile phone (Twilio 21614, 21635).
    pub(crate) fn leaves_it_to_others(&self) -> bool {
        let is_about_the_recipient = match self {
            Self::InvalidRecipient { .. } => true,
            Self::Refused { code, .. } => matches!(*code, OPTED_OUT | 21614 | 21635),
            _ => false,
        };
        self.is_certain() && !is_about_the_recipient
    }

    /// The provider's code, or its HTTP status without one.
    pub(crate) fn code(&self) -> Option<i64> {
        match self {
            Self::InvalidRecipient { code, .. }
            | Self::Refused { code, .. }
            | Self::Busy { code, .. }
            | Self::Failed { code, .. } => Some(*code),
            Self::GatewayStatus(status) => Some((*status).into()),
            Self::GatewayAuthentication
            | Self::GatewayTimeout
            | Self::Timeout
            | Self::Unreachable
            | Self::BrokenOff => None,
        }
    }

    /// The same without the provider's message, which can name the operator's account: for callers that did not
    /// authenticate.
    pub(crate) fn without_words(self) -> Self {
        let message = || "The SMS provider did not take the message".to_owned();
        match self {
            Self::InvalidRecipient { code, .. } => Self::InvalidRecipient { message: message(), code },
            Self::Refused { code, .. } => Self::Refused { message: message(), code },
            Self::Busy { code, .. } => Self::Busy { message: message(), code },
            Self::Failed { code, .. } => Self::Failed { message: message(), code },
            other => other,
        }
    }

    /// The kind of error, for the log: the provider's message can contain the number.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::InvalidRecipient { .. } => "invalid recipient",
            Self::Refused { .. } => "refused",
            Self::Busy { .. } => "busy",
            Self::Failed { .. } => "failed",
            Self::GatewayStatus(_) => "unexpected response",
            Self::GatewayAuthentication => "authentication failed",
            Self::GatewayTimeout | Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::BrokenOff => "broken off",
        }
    }
}

/// Sends messages.
#[async_trait]
pub(crate) trait SmsSender: Send + Sync + 'static {
    /// Sends one message, once.
    ///
    /// # Errors
    ///
    /// When the provider did not accept it.
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError>;
}
