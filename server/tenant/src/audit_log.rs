//! What happened, for the operator to read: Auth0's log events, in the store.
//!
//! Numbers are kept masked and codes not at all; the words of providers and clients stay out. Refusals are counted.
//! <https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes>

use std::net::IpAddr;

use time::OffsetDateTime;

use crate::{
    error::StoreError,
    otp::{
        challenge::{Counted, Refusal, Taken},
        service::{CodeRequest, CodeTry, SendCodeError},
    },
    state::Tenant,
    store::{Pool, Store, User},
};

/// What kind of thing happened.
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
}

impl Event {
    /// Auth0's code.
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
        }
    }

    /// Whether anyone at all can make it happen, as often as they like.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::NotSent | Self::StartsLimited | Self::CodeRefused | Self::NumberBlocked | Self::AddressBlocked
        )
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::TooManyAttempts(Counted::Address) => Self::AddressBlocked,
            Refusal::TooManyAttempts(_) => Self::NumberBlocked,
            _ => Self::CodeRefused,
        }
    }
}

/// One entry, as it is written.
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

impl<'a> Entry<'a> {
    fn of_start(request: &CodeRequest<'a>, event: Event) -> Self {
        Self {
            event,
            client_id: Some(&request.client.client_id),
            connection: Some(&request.connection.name),
            phone_number: Some(request.phone_number.masked()),
            user_id: None,
            ip: Some(request.source.ip),
            description: None,
        }
    }

    fn of_try(code_try: &CodeTry<'a>, event: Event) -> Self {
        Self {
            event,
            client_id: code_try.client.map(|client| client.client_id.as_str()),
            connection: Some(&code_try.connection.name),
            phone_number: Some(code_try.phone_number.masked()),
            user_id: None,
            ip: Some(code_try.source.ip),
            description: None,
        }
    }
}

impl Tenant {
    /// Writes an entry. What is logged happened already, so that a failure here is ours alone.
    pub(crate) async fn audit(&self, entry: &Entry<'_>) {
        if let Err(error) = self.store.write_log(entry, self.now(), &*self.entropy).await {
            tracing::error!(%error, event = entry.event.code(), "an event could not be written to the audit log");
        }
    }

    pub(crate) async fn audit_start(&self, request: &CodeRequest<'_>, failure: Option<&SendCodeError>) {
        let (event, description) = match failure {
            None => (Event::CodeSent, None),
            Some(SendCodeError::TooManyRequests(too_many)) => (Event::StartsLimited, Some(too_many.to_string())),
            // A provider's words can hold the number.
            Some(SendCodeError::Sms(error)) => {
                let code = error.code().map(|code| format!(" (Code: {code})")).unwrap_or_default();
                (Event::NotSent, Some(format!("the SMS provider did not take the message{code}")))
            }
            Some(other) => (Event::NotSent, Some(other.to_string())),
        };
        self.audit(&Entry { description, ..Entry::of_start(request, event) }).await;
    }

    /// A blocked person was not texted.
    pub(crate) async fn audit_blocked_start(&self, request: &CodeRequest<'_>, user: &User) {
        let description = Some(Refusal::Blocked.to_string());
        let entry = Entry::of_start(request, Event::NotSent);
        self.audit(&Entry { description, user_id: Some(user.subject()), ..entry }).await;
    }

    pub(crate) async fn audit_refusal(&self, code_try: &CodeTry<'_>, refusal: &Refusal) {
        let entry = Entry::of_try(code_try, Event::of_refusal(refusal));
        self.audit(&Entry { description: Some(refusal.to_string()), ..entry }).await;
    }

    /// A request that comes again is no second sign-in.
    pub(crate) async fn audit_sign_in(&self, code_try: &CodeTry<'_>, user: &User, is_new: bool, taken: Taken) {
        let is_first = taken != Taken::Repeated;
        let events = [is_new.then_some(Event::SignedUp), is_first.then_some(Event::CodeAccepted)];
        for event in events.into_iter().flatten() {
            self.audit(&Entry { user_id: Some(user.subject()), ..Entry::of_try(code_try, event) }).await;
        }
    }

    /// Someone came with a refresh token that was used before.
    pub(crate) async fn audit_reuse(&self, client_id: &str, user: &User, ip: Option<IpAddr>) {
        self.audit(&Entry {
            event: Event::RefreshTokenReused,
            client_id: Some(client_id),
            connection: Some(&user.connection),
            phone_number: None,
            user_id: Some(user.subject()),
            ip,
            description: Some("a refresh token was used twice; its family is revoked".to_owned()),
        })
        .await;
    }
}

/// One entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LogEntry {
    /// The entry's own name; later ones sort after earlier ones.
    #[serde(rename = "log_id")]
    pub id: String,
    /// When it happened.
    #[serde(rename = "date", with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How often it happened: refusals of one hour that are alike are one entry, which tells the newest.
    pub count: u64,
    /// Auth0's event code, such as `cs`, `fepotpft` or `limit_wc`.
    #[serde(rename = "type")]
    pub event: String,
    /// The application.
    pub client_id: Option<String>,
    /// The connection.
    pub connection: Option<String>,
    /// The number, masked; it is not kept in clear.
    pub phone_number: Option<String>,
    /// The person, where known.
    pub user_id: Option<String>,
    /// The address that it came from.
    pub ip: Option<String>,
    /// What there is to say beside.
    pub description: Option<String>,
}

/// The newest entries of the audit log, newest first.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn logs(pool: &Pool, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
    Store::open(pool.clone()).await?.logs(limit).await
}
