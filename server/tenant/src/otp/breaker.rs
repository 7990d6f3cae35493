//! The breaker against SMS pumping: what becomes of codes whose prefix does not enter them, and the alarm about it.

use std::sync::Arc;

use super::request::{CodeRequest, SendCodeError};
use crate::{
    audit::{event::Event, log::AuditLog},
    clock::{Clock, Millis},
    error::StoreError,
    measure,
    phone_number::PhoneNumber,
    rate_limit::{
        budget::{self, Charge, OverBudget},
        conversion::{Prefix, Recipient, Scope, Unentered},
        settings::Limits,
    },
    store::Store,
};

/// An alarm about a prefix that is slowed is given once in this time, in seconds.
const ALARM_SECONDS: i64 = 60 * 60;

/// Counts codes by prefix, and holds them back.
#[derive(Clone)]
pub(crate) struct Breaker {
    pub(crate) limits: Arc<Limits>,
    pub(crate) store: Store,
    pub(crate) audit: AuditLog,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Breaker {
    /// The recipient of a code, if it is to be counted.
    pub(crate) fn counted(&self, phone_number: &PhoneNumber, signed_in_before: bool) -> Option<Recipient> {
        self.limits.pumping_breaker.then(|| Recipient::of(phone_number, signed_in_before))
    }

    /// Gives the alarm about a prefix that is slowed, if there was none yet.
    pub(crate) async fn slowed(&self, request: &CodeRequest<'_>, unentered: &Unentered) -> Result<(), StoreError> {
        self.alarm(request, unentered, self.clock.millis().plus_seconds(ALARM_SECONDS)).await
    }

    /// The refusal where a prefix is stopped, after the alarm if there was none yet.
    pub(crate) async fn stopped(
        &self,
        request: &CodeRequest<'_>,
        unentered: &Unentered,
    ) -> Result<SendCodeError, StoreError> {
        let now = self.clock.millis();
        let newest = self.store.newest_unentered(&unentered.prefix).await?;
        let until = newest.map_or(now, |slot| unentered.window.end_of(slot));
        self.alarm(request, unentered, until).await?;
        Ok(SendCodeError::Stopped { retry_after: now.seconds_until(until).max(1) })
    }

    /// The next alarm about it is given after `until`; a stopped prefix is open again then.
    async fn alarm(&self, request: &CodeRequest<'_>, unentered: &Unentered, until: Millis) -> Result<(), StoreError> {
        let state = if unentered.is_stopped { "stopped" } else { "slowed" };
        let Prefix { scope, name } = &unentered.prefix;
        if self.is_news(&format!("{state}:{name}"), until).await? {
            let sentence = sentence(unentered, until);
            tracing::warn!(prefix = name, "{sentence}");
            measure::breaker(state, scope.label(), request.phone_number);
            self.audit.alarm(Event::PumpingSuspected, sentence).await;
        }
        Ok(())
    }

    /// Whether there was no alarm of this name since the one before was over. From now on there is, until then.
    async fn is_news(&self, name: &str, until: Millis) -> Result<bool, StoreError> {
        self.store.raise_alarm(name, until, self.clock.millis()).await
    }

    /// A code was entered. A failure to count it fails no sign-in.
    pub(crate) async fn entered(&self, phone_number: &PhoneNumber) {
        if !self.limits.pumping_breaker {
            return;
        }
        if let Err(error) = self.store.count_entered(phone_number, self.clock.millis()).await {
            tracing::error!(%error, "a code was entered, and could not be counted");
        }
    }

    /// A code that was counted was not sent.
    pub(crate) async fn not_sent(&self, recipient: Option<&Recipient>, charge: Option<&Charge>) {
        let uncount = async {
            if let Some(recipient) = recipient {
                self.store.uncount_sent(recipient).await?;
            }
            if let Some(charge) = charge {
                self.store.take_back(charge).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = uncount.await {
            tracing::error!(%error, "a code was not sent, and still counts as if it were");
        }
    }

    /// The refusal, after the alarm if there was none about this limit today.
    pub(crate) async fn over_budget(
        &self,
        request: &CodeRequest<'_>,
        over_budget: &OverBudget,
    ) -> Result<SendCodeError, StoreError> {
        let OverBudget { connection, country, limit, free } = over_budget;
        let limit = limit.decimal();
        if self.is_news(&format!("budget:{connection}:{country}:{limit}"), *free).await? {
            let whose = if country == budget::ALL { String::new() } else { format!(" to {country}") };
            let until = free.rfc3339();
            let sentence = format!(
                "the budget is spent: messages{whose} of connection {connection} have cost {limit} today, so that no more are \
                 sent until {until}, except to numbers that signed in before, if their share is left. If these were your \
                 users, raise budget in tenant.yaml"
            );
            tracing::warn!(country, "{sentence}");
            let scope = if country == budget::ALL { Scope::Whole } else { Scope::Country };
            measure::breaker("over_budget", scope.label(), request.phone_number);
            self.audit.alarm(Event::BudgetSpent, sentence).await;
        }
        Ok(SendCodeError::OverBudget { retry_after: self.clock.millis().seconds_until(*free).max(1) })
    }
}

/// For the operator: what happened, what follows, and what can be done.
fn sentence(unentered: &Unentered, until: Millis) -> String {
    let Unentered { prefix, tally, window, is_stopped } = unentered;
    let name = &prefix.name;
    let counted = match prefix.scope {
        Scope::Block => format!("new numbers that begin with {name} and asked for codes"),
        Scope::Country => format!("new numbers of {name} that asked for codes"),
        Scope::Whole => "codes that new numbers asked for".to_owned(),
    };
    let (sent, entered, window) = (tally.sent, tally.entered, window.label());
    let what = if *is_stopped { format!("get none until {}", until.rfc3339()) } else { "are slowed".to_owned() };
    format!(
        "looks like SMS pumping: of {sent} {counted} in the last {window}, {entered} entered one. New numbers of these {what}; \
         those that signed in before are not affected. If you serve none of them, leave them out of LIMIT_COUNTRIES; if they \
         are your users, see whether messages arrive (passwordless messages)"
    )
}
