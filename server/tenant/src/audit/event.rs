//! Events of the audit log, with Auth0's codes.
//!
//! <https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes>

use std::net::IpAddr;

use time::OffsetDateTime;

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    CodeSent,
    NotSent,
    StartsLimited,
    CodeAccepted,
    CodeRefused,
    SignedUp,
    NumberBlocked,
    AddressBlocked,
    RefreshTokenReused,
    LogoutNotDelivered,
    PumpingSuspected,
    BudgetSpent,
}

impl Event {
    /// Auth0's code; it has none for the last two.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::CodeSent => "cs",
            Self::NotSent => "fn",
            Self::StartsLimited => "api_limit",
            Self::CodeAccepted => "sepotpft",
            Self::CodeRefused => "fepotpft",
            Self::SignedUp => "ss",
            Self::NumberBlocked => "limit_wc",
            Self::AddressBlocked => "limit_mu",
            Self::RefreshTokenReused => "ferrt",
            Self::LogoutNotDelivered => "oidc_backchannel_logout_failed",
            Self::PumpingSuspected => "sms_pumping",
            Self::BudgetSpent => "sms_budget",
        }
    }

    /// Whether anyone can cause it, as often as they like.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::NotSent | Self::StartsLimited | Self::CodeRefused | Self::NumberBlocked | Self::AddressBlocked
        )
    }
}

/// An entry to write.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) event: Event,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) connection: Option<&'a str>,
    /// Masked.
    pub(crate) phone_number: Option<String>,
    /// The subject of tokens.
    pub(crate) user_id: Option<String>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) description: Option<String>,
}

/// One entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LogEntry {
    /// Its identifier; those of later entries sort after those of earlier ones.
    #[serde(rename = "log_id")]
    pub id: String,
    /// When it happened.
    #[serde(rename = "date", with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How often it happened: similar refusals of one hour share an entry, with the details of the newest.
    pub count: u64,
    /// Auth0's event code, such as `cs`, `fepotpft` or `limit_wc`.
    #[serde(rename = "type")]
    pub event: String,
    /// The application.
    pub client_id: Option<String>,
    /// The connection.
    pub connection: Option<String>,
    /// The number, masked; it is not stored in clear.
    pub phone_number: Option<String>,
    /// The user, where known.
    pub user_id: Option<String>,
    /// The address that it came from.
    pub ip: Option<String>,
    /// Details.
    pub description: Option<String>,
}
