//! Writes the audit log.
//!
//! Numbers are masked and codes left out, as are the messages of providers and clients. Refusals are counted.

use std::{net::IpAddr, sync::Arc};

use super::event::{Entry, Event};
use crate::{
    clock::Clock,
    entropy::Entropy,
    otp::{
        challenge::{Counted, Outcome, Refusal},
        request::{CodeAttempt, CodeRequest, SendCodeError},
    },
    store::{LogoutDelivery, Store, User},
};

/// The audit log.
#[derive(Clone)]
pub(crate) struct AuditLog {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl AuditLog {
    /// Writes an entry. What it describes has happened, so that a failure to write it fails no request.
    async fn write(&self, entry: &Entry<'_>) {
        if let Err(error) = self.store.write_log(entry, self.clock.millis(), &*self.entropy).await {
            tracing::error!(%error, event = entry.event.code(), "an event could not be written to the audit log");
        }
    }

    pub(crate) async fn code_sent(&self, request: &CodeRequest<'_>) {
        self.write(&start_entry(request, Event::CodeSent)).await;
    }

    pub(crate) async fn code_not_sent(&self, request: &CodeRequest<'_>, error: &SendCodeError) {
        let (event, description) = match error {
            SendCodeError::TooManyRequests(too_many) => (Event::StartsLimited, too_many.to_string()),
            // The provider's message can contain the number.
            SendCodeError::Sms(error) => {
                let code = error.code().map(|code| format!(" (Code: {code})")).unwrap_or_default();
                (Event::NotSent, format!("the SMS provider did not take the message{code}"))
            }
            other => (Event::NotSent, other.to_string()),
        };
        self.write(&Entry { description: Some(description), ..start_entry(request, event) }).await;
    }

    /// No code was sent, as the user is blocked, or as there is none and nobody may sign up.
    pub(crate) async fn start_without_message(&self, request: &CodeRequest<'_>, user: Option<&User>) {
        let reason = if user.is_some() { Refusal::Blocked } else { Refusal::SignUpDisabled };
        let (description, user_id) = (Some(reason.to_string()), user.map(User::subject));
        self.write(&Entry { user_id, description, ..start_entry(request, Event::NotSent) }).await;
    }

    pub(crate) async fn code_refused(&self, attempt: &CodeAttempt<'_>, refusal: &Refusal) {
        let event = match refusal {
            Refusal::TooManyAttempts(Counted::Address) => Event::AddressBlocked,
            Refusal::TooManyAttempts(_) => Event::NumberBlocked,
            _ => Event::CodeRefused,
        };
        self.write(&Entry { description: Some(refusal.to_string()), ..attempt_entry(attempt, event) }).await;
    }

    /// A repeated request is not another sign-in.
    pub(crate) async fn signed_in(&self, attempt: &CodeAttempt<'_>, user: &User, is_new: bool, outcome: Outcome) {
        let is_first = outcome != Outcome::Repeated;
        let events = [is_new.then_some(Event::SignedUp), is_first.then_some(Event::CodeAccepted)];
        for event in events.into_iter().flatten() {
            self.write(&Entry { user_id: Some(user.subject()), ..attempt_entry(attempt, event) }).await;
        }
    }

    /// Something that the operator has to know, and that is about no request.
    pub(crate) async fn alarm(&self, event: Event, description: String) {
        self.write(&Entry {
            event,
            client_id: None,
            connection: None,
            phone_number: None,
            user_id: None,
            ip: None,
            description: Some(description),
        })
        .await;
    }

    /// A refresh token was used a second time.
    pub(crate) async fn refresh_token_reused(&self, client_id: &str, user: &User, ip: Option<IpAddr>) {
        self.write(&Entry {
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

    /// An application could not be told of a logout.
    pub(crate) async fn logout_not_delivered(&self, delivery: &LogoutDelivery, reason: &str) {
        self.write(&Entry {
            event: Event::LogoutNotDelivered,
            client_id: Some(&delivery.receiver.client_id),
            connection: None,
            phone_number: None,
            user_id: Some(delivery.logout.subject()),
            ip: None,
            description: Some(format!("not told of a logout after {} attempts: {reason}", delivery.attempts)),
        })
        .await;
    }
}

fn start_entry<'a>(request: &CodeRequest<'a>, event: Event) -> Entry<'a> {
    Entry {
        event,
        client_id: Some(&request.client.client_id),
        connection: Some(&request.connection.name),
        phone_number: Some(request.phone_number.masked()),
        user_id: None,
        ip: Some(request.source.ip),
        description: None,
    }
}

fn attempt_entry<'a>(attempt: &CodeAttempt<'a>, event: Event) -> Entry<'a> {
    Entry {
        event,
        client_id: attempt.client_id(),
        connection: Some(&attempt.connection.name),
        phone_number: Some(attempt.phone_number.masked()),
        user_id: None,
        ip: Some(attempt.source.ip),
        description: None,
    }
}
