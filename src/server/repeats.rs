//! Steps that use something up: one at a time for each login, to their end, and for a minute with the same result.
//!
//! A person presses twice, a browser loads a page twice or breaks off the first of two requests: the second has to come
//! to what the first came to, although the code is used up by then.

use super::{CurrentUser, pending_login::PendingLogin};
use crate::{OneTimeCode, outcome::ApiError};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
};
use tracing::Instrument;

/// How long a step can be repeated.
const REPEATABLE: Duration = Duration::minutes(1);
pub(super) const KEY: &str = "passwordless.step";

/// Who takes a step of a login waits until the one before has taken it.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// The right to take a step of a login, or of a form.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    name: String,
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Turns {
    pub(super) async fn take(&self, name: &str) -> Turn<'_> {
        let queue = Arc::clone(self.queues().entry(name.to_owned()).or_default());
        Turn { turns: self, name: name.to_owned(), _guard: queue.lock_owned().await }
    }

    fn queues(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    /// Forgets the queue when nobody else stands in it: beside the map's there is this turn's own handle.
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if queues.get(&self.name).is_some_and(|queue| Arc::strong_count(queue) <= 2) {
            queues.remove(&self.name);
        }
    }
}

/// Takes a step to its end, also where the browser breaks the request off: what it used up would be lost.
pub(super) async fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(step.in_current_span()).await.map_err(|error| {
        tracing::error!(%error, "a step of a login broke off");
        ApiError::ServerError
    })
}

/// What the right code came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// Recognises the code, for who has the login's secret.
    code: [u8; 32],
    /// Who signed in, once that has happened.
    pub(super) user: Option<CurrentUser>,
    at: OffsetDateTime,
}

/// Where outcomes are kept: beside the sessions, under a name that only the login's cookie tells.
pub(super) struct Repeats {
    store: Arc<dyn SessionStore>,
    name: Id,
    secret: super::oauth_secrets::LoginSecret,
}

impl Repeats {
    pub(super) fn of(login: &PendingLogin, store: &Arc<dyn SessionStore>) -> Self {
        let mut name = [0; 16];
        name.copy_from_slice(&login.secret.mac("step", "")[..16]);
        Self { store: Arc::clone(store), name: Id(i128::from_le_bytes(name)), secret: login.secret.clone() }
    }

    /// What the login came to a moment ago.
    pub(super) async fn outcome(&self, now: OffsetDateTime) -> Option<Outcome> {
        let record = self.store.load(&self.name).await.unwrap_or_else(|error| {
            tracing::error!(%error, "what a login came to could not be read");
            None
        })?;
        let outcome: Outcome = serde_json::from_value(record.data.get(KEY)?.clone()).ok()?;
        (now - outcome.at < REPEATABLE).then_some(outcome)
    }

    /// The same, if it was by this code.
    pub(super) async fn outcome_of(&self, code: &OneTimeCode, now: OffsetDateTime) -> Option<Outcome> {
        self.outcome(now).await.filter(|outcome| outcome.code == self.fingerprint(code))
    }

    /// The code was right.
    pub(super) async fn code_was_right(&self, code: &OneTimeCode, user: Option<CurrentUser>, now: OffsetDateTime) {
        self.keep(&Outcome { code: self.fingerprint(code), user, at: now }).await;
    }

    /// The tenant's answer signed someone in.
    pub(super) async fn signed_in(&self, user: &CurrentUser, now: OffsetDateTime) {
        let code = self.outcome(now).await.map(|outcome| outcome.code).unwrap_or_default();
        self.keep(&Outcome { code, user: Some(user.clone()), at: now }).await;
    }

    fn fingerprint(&self, code: &OneTimeCode) -> [u8; 32] {
        self.secret.mac("code", code.as_str())
    }

    /// A login goes on without it; only a repetition of the step fails then.
    async fn keep(&self, outcome: &Outcome) {
        let kept = async {
            let data = HashMap::from_iter([(KEY.to_owned(), serde_json::to_value(outcome)?)]);
            let mut record = Record { id: self.name, data, expiry_date: outcome.at + REPEATABLE };
            // Not saved: stores take that for what exists only.
            self.store.delete(&self.name).await?;
            self.store.create(&mut record).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        };
        if let Err(error) = kept.await {
            tracing::error!(error, "what a login came to could not be kept");
        }
    }
}
