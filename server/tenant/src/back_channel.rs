//! Tells applications of logouts: OpenID Connect Back-Channel Logout 1.0.
//!
//! Logouts are rows of a queue, as an operator's command in another process causes them too.

use std::{sync::Arc, time::Duration};

use reqwest::redirect;
use tokio::{task::JoinSet, time::MissedTickBehavior};

use crate::{
    audit::log::AuditLog,
    clock::{Clock, Millis},
    config::{Client, TenantConfig},
    entropy::Entropy,
    error::{BuildError, StoreError},
    oauth::tokens::Tokens,
    store::{LogoutDelivery, Receiver, Store},
};

/// How often the queue is looked at.
const POLL: Duration = Duration::from_millis(300);
/// How long an application may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// An instance that has not stored the outcome until then has ended.
const CLAIM_SECONDS: i64 = 30;
/// With the delays between them, four hours.
const MAX_ATTEMPTS: u32 = 16;
const MAX_DELAY_SECONDS: i64 = 60 * 60;
/// A day, in which the instances may have been down.
const MAX_AGE_SECONDS: i64 = 24 * 60 * 60;

/// Delivers logouts.
#[derive(Clone)]
pub struct BackChannel {
    config: Arc<TenantConfig>,
    tokens: Tokens,
    store: Store,
    audit: AuditLog,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    http: reqwest::Client,
}

impl std::fmt::Debug for BackChannel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BackChannel").finish_non_exhaustive()
    }
}

/// Why an application was not told.
#[derive(Debug, thiserror::Error)]
enum NotDelivered {
    #[error("it answered {0}")]
    Status(u16),
    #[error("it did not answer")]
    NoAnswer,
    #[error("no logout token could be signed")]
    NotSigned,
}

impl BackChannel {
    pub(crate) fn new(
        config: Arc<TenantConfig>,
        tokens: Tokens,
        audit: AuditLog,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BuildError> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none());
        let http = http.build().map_err(BuildError::HttpClient)?;
        let (store, clock) = (tokens.store.clone(), Arc::clone(&tokens.clock));
        Ok(Self { config, tokens, store, audit, clock, entropy, http })
    }

    /// Delivers logouts for as long as it is polled. Several programs on one database share the work.
    pub async fn run(self) {
        let mut interval = tokio::time::interval(POLL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut under_way = JoinSet::new();
        loop {
            interval.tick().await;
            while under_way.try_join_next().is_some() {}
            match self.due().await {
                Ok(due) => {
                    for delivery in due {
                        let this = self.clone();
                        under_way.spawn(async move { this.deliver(delivery).await });
                    }
                }
                Err(error) => tracing::error!(%error, "the queue of logouts could not be read"),
            }
        }
    }

    async fn due(&self) -> Result<Vec<LogoutDelivery>, StoreError> {
        let now = self.clock.millis();
        if !self.store.has_logouts(now).await? {
            return Ok(Vec::new());
        }
        self.store.plan_logout_deliveries(&self.receivers(), now, &*self.entropy).await?;
        self.store.claim_logout_deliveries(now, now.plus_seconds(CLAIM_SECONDS)).await
    }

    /// Each application that wants to be told, also where the user has never been: it ends what it has of them.
    fn receivers(&self) -> Vec<Receiver> {
        let of_client = |client: &Client| {
            let client_id = client.client_id.clone();
            let urls = client.backchannel_logout_urls.clone().into_iter();
            urls.map(move |url| Receiver { client_id: client_id.clone(), url })
        };
        self.config.clients().iter().flat_map(of_client).collect()
    }

    async fn deliver(&self, delivery: LogoutDelivery) {
        let stored = match self.send(&delivery).await {
            Ok(()) => self.store.end_logout_delivery(&delivery.id).await,
            Err(reason) => self.not_delivered(&delivery, &reason).await,
        };
        if let Err(error) = stored {
            tracing::error!(%error, "the outcome of a logout's delivery could not be stored");
        }
    }

    /// A token is valid for two minutes, so each attempt has its own.
    async fn send(&self, LogoutDelivery { logout, receiver, .. }: &LogoutDelivery) -> Result<(), NotDelivered> {
        let client_id = &receiver.client_id;
        // A client that the file lists no more is told as well.
        let algorithm = self.config.client(client_id).map(Client::signing_algorithm).unwrap_or_default();
        let token = self.tokens.logout_token(client_id, algorithm, logout).await.map_err(|error| {
            tracing::error!(%error, "a logout token could not be signed");
            NotDelivered::NotSigned
        })?;
        let request = self.http.post(&receiver.url).form(&[("logout_token", token)]);
        let response = request.send().await.map_err(|_| NotDelivered::NoAnswer)?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(NotDelivered::Status(status.as_u16())) }
    }

    async fn not_delivered(&self, delivery: &LogoutDelivery, reason: &NotDelivered) -> Result<(), StoreError> {
        let LogoutDelivery { id, receiver: Receiver { client_id, .. }, attempts, created_at, .. } = delivery;
        tracing::warn!(client_id, attempts, %reason, "an application was not told of a logout");
        if let Some(due_at) = retry_at(self.clock.millis(), *attempts, *created_at) {
            return self.store.retry_logout_delivery(id, due_at).await;
        }
        self.audit.logout_not_delivered(delivery, &reason.to_string()).await;
        self.store.end_logout_delivery(id).await
    }
}

/// When to try again, if at all: after 1, 2, 4, … seconds, then every hour.
fn retry_at(now: Millis, attempts: u32, created_at: Millis) -> Option<Millis> {
    let delay = (1_i64 << attempts.clamp(1, MAX_ATTEMPTS).saturating_sub(1)).min(MAX_DELAY_SECONDS);
    let due_at = now.plus_seconds(delay);
    (attempts < MAX_ATTEMPTS && due_at <= created_at.plus_seconds(MAX_AGE_SECONDS)).then_some(due_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_tried_for_hours_and_not_for_ever() {
        let began = Millis(1_800_000_000_000);
        let (mut now, mut attempts) = (began, 1);
        while let Some(next) = retry_at(now, attempts, began) {
            assert!(now < next && next <= now.plus_seconds(MAX_DELAY_SECONDS));
            (now, attempts) = (next, attempts + 1);
        }
        assert_eq!(attempts, MAX_ATTEMPTS);
        assert!(now >= began.plus_seconds(4 * MAX_DELAY_SECONDS), "{now:?}");
        assert_eq!(retry_at(began.plus_seconds(MAX_AGE_SECONDS), 1, began), None);
    }
}
