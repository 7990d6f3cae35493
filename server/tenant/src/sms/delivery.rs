//! Delivery states of messages that a provider accepted.

use time::OffsetDateTime;

/// How far delivery has progressed. Reports arrive in any order; only those of a later stage count.
///
/// <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The provider has it.
    Accepted,
    /// It is on its way.
    Sending,
    /// The carrier has it.
    Sent,
    /// It arrived, or never will.
    Settled,
}

impl Stage {
    /// The stage of one of Twilio's statuses; unknown ones are ignored.
    pub(crate) fn of(status: &str) -> Option<Self> {
        match status {
            "accepted" | "scheduled" | "queued" => Some(Self::Accepted),
            "sending" => Some(Self::Sending),
            "sent" => Some(Self::Sent),
            "delivered" | "undelivered" | "failed" | "canceled" | "read" | "partially_delivered" => Some(Self::Settled),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Accepted => 0,
            Self::Sending => 1,
            Self::Sent => 2,
            Self::Settled => 3,
        }
    }
}

/// A report of a provider about one message.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) message_id: &'a str,
    pub(crate) status: &'a str,
    pub(crate) stage: Stage,
    pub(crate) error_code: Option<i64>,
}

/// A message as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageState {
    /// When the provider accepted it, or first reported it.
    pub at: OffsetDateTime,
    /// The provider's name for it.
    pub message_id: String,
    /// The connection that it was sent for.
    pub connection: Option<String>,
    /// The recipient's number, masked.
    pub recipient: Option<String>,
    /// The provider's status.
    pub status: String,
    /// The provider's error code.
    pub error_code: Option<i64>,
}
