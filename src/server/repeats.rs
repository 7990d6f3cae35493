//! Idempotency of steps that consume a code: repeatable for a minute with the same result.
//!
//! Users click twice, and browsers load a page twice or cancel the first of two requests: the second must have the result
//! of the first, although the code is consumed by then.

use super::{
    CurrentUser,
    admission::Admitted,
    pending_login::{PendingLogin, Refused},
};
use crate::{OneTimeCode, outcome::Refusal};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
};

/// How long a step can be repeated.
const REPEATABLE: Duration = Duration::minutes(1);
pub(super) const KEY: &str = "passwordless.step";

/// The result of a right code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// A MAC of the code, with the login's secret.
    code: [u8; 32],
    /// The user, once signed in.
    user: Option<CurrentUser>,
    /// The name of the record of their tokens.
    #[serde(default)]
    tokens: Option<String>,
    /// The ID token, encrypted.
    #[serde(default)]
    id_token: Option<String>,
    /// The refusal that ended the login.
    #[serde(default)]
    refusal: Option<Refusal>,
    at: OffsetDateTime,
}

impl Outcome {
    /// How the login ended; `None` if the browser is still on its way through the tenant.
    pub(super) fn ending(self) -> Option<Result<Admitted, Refused>> {
        let (tokens, id_token) = (self.tokens, self.id_token);
        let admitted = self.user.map(|user| Ok(Admitted { user, tokens, id_token, device_token: None }));
        admitted.or_else(|| self.refusal.map(|refusal| Err(Refused::at_the_end(refusal))))
    }
}

/// Stores outcomes with the sessions, under a name derived from the login's secret.
pub(super) struct Repeats {
    pub(super) store: Arc<dyn SessionStore>,
    name: Id,
    secret: super::oauth_secrets::LoginSecret,
}

impl Repeats {
    pub(super) fn of(login: &PendingLogin, store: &Arc<dyn SessionStore>) -> Self {
        let mut name = [0; 16];
        name.copy_from_slice(&login.secret.mac("step", "")[..16]);
        Self { store: Arc::clone(store), name: Id(i128::from_le_bytes(name)), secret: login.secret.clone() }
    }

    /// The recent outcome of the login.
    pub(super) async fn outcome(&self, now: OffsetDateTime) -> Option<Outcome> {
        let record = self.store.load(&self.name).await.unwrap_or_else(|error| {
            tracing::error!(%error, "what a login came to could not be read");
            None
        })?;
        let outcome: Outcome = serde_json::from_value(record.data.get(KEY)?.clone()).ok()?;
        (now - outcome.at < REPEATABLE).then_some(outcome)
    }

    /// The same, if it was for this code.
    pub(super) async fn outcome_of(&self, code: &OneTimeCode, now: OffsetDateTime) -> Option<Outcome> {
        self.outcome(now).await.filter(|outcome| outcome.code == self.fingerprint(code))
    }

    /// The code was right; the tenant goes on.
    pub(super) async fn code_was_right(&self, code: &OneTimeCode, now: OffsetDateTime) {
        let code = self.fingerprint(code);
        self.keep(&Outcome { code, user: None, tokens: None, id_token: None, refusal: None, at: now }, false).await;
    }

    /// The login ended with this code; the refusal of a step is not the end.
    pub(super) async fn ended_with(&self, code: &OneTimeCode, ending: &Result<Admitted, Refused>, now: OffsetDateTime) {
        self.ended(self.fingerprint(code), false, ending, now).await;
    }

    /// The same with the code of the outcome before.
    pub(super) async fn ended_after(
        &self,
        before: Option<&Outcome>,
        ending: &Result<Admitted, Refused>,
        now: OffsetDateTime,
    ) {
        let code = before.map(|outcome| outcome.code).unwrap_or_default();
        self.ended(code, before.is_some(), ending, now).await;
    }

    async fn ended(&self, code: [u8; 32], is_there: bool, ending: &Result<Admitted, Refused>, now: OffsetDateTime) {
        let (admitted, refusal) = match ending {
            Ok(admitted) => (Some(admitted), None),
            Err(refused) if refused.ends_login => (None, Some(refused.refusal.clone())),
            Err(_) => return,
        };
        let user = admitted.map(|admitted| admitted.user.clone());
        let (tokens, id_token) = admitted.map(|admitted| (admitted.tokens.clone(), admitted.id_token.clone())).unzip();
        let (tokens, id_token) = (tokens.flatten(), id_token.flatten());
        self.keep(&Outcome { code, user, tokens, id_token, refusal, at: now }, is_there).await;
    }

    fn fingerprint(&self, code: &OneTimeCode) -> [u8; 32] {
        self.secret.mac("code", code.as_str())
    }

    /// In the place of the outcome before, if there is one. If storing fails, the login continues; only a repetition of the
    /// step will fail.
    async fn keep(&self, outcome: &Outcome, is_there: bool) {
        let kept = async {
            let data = HashMap::from_iter([(KEY.to_owned(), serde_json::to_value(outcome)?)]);
            let mut record = Record { id: self.name, data, expiry_date: outcome.at + REPEATABLE };
            // Stores may refuse to save a record that does not exist, and give one that does another name when it is created.
            let is_kept = if is_there {
                self.store.save(&record).await.is_ok()
            } else {
                self.store.create(&mut record).await.is_ok() && record.id == self.name
            };
            if !is_kept {
                record.id = self.name;
                self.store.delete(&self.name).await?;
                self.store.create(&mut record).await?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        };
        if let Err(error) = kept.await {
            tracing::error!(error, "what a login came to could not be kept");
        }
    }
}
