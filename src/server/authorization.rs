//! An authorization request under way: what the callback is checked against.

use super::random::{CodeVerifier, NoRandomness, Nonce, State};
use super::return_to::ReturnTo;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Session, session::Error};

const KEY: &str = "passwordless.authorizations";
/// As many tabs may be on their way through the tenant at once.
const MAX_AT_ONCE: usize = 5;
const LIFETIME: Duration = Duration::hours(1);

/// Whether an endpoint binds its code to a verifier (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PkceSupport {
    S256,
    None,
}

/// State, nonce and verifier of one request, kept in the session of the browser that made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Authorization {
    pub(super) state: State,
    pub(super) nonce: Nonce,
    pub(super) code_verifier: Option<CodeVerifier>,
    pub(super) return_to: ReturnTo,
    began_at: OffsetDateTime,
}

impl Authorization {
    pub(super) fn begin(pkce: PkceSupport, return_to: ReturnTo, now: OffsetDateTime) -> Result<Self, NoRandomness> {
        let code_verifier = match pkce {
            PkceSupport::S256 => Some(CodeVerifier::random()?),
            PkceSupport::None => None,
        };
        Ok(Self { state: State::random()?, nonce: Nonce::random()?, code_verifier, return_to, began_at: now })
    }

    pub(super) async fn keep(self, session: &Session) -> Result<(), Error> {
        let mut all = all(session).await?;
        all.push(self);
        let surplus = all.len().saturating_sub(MAX_AT_ONCE);
        session.insert(KEY, &all[surplus..]).await
    }

    /// Takes the request with this state out of the session: a state is good for one callback.
    pub(super) async fn take(session: &Session, state: &str, now: OffsetDateTime) -> Result<Option<Self>, Error> {
        let mut all = all(session).await?;
        let Some(position) = all.iter().position(|authorization| authorization.state.is(state)) else {
            return Ok(None);
        };
        let authorization = all.remove(position);
        session.insert(KEY, &all).await?;
        Ok(Some(authorization).filter(|authorization| now - authorization.began_at <= LIFETIME))
    }
}

async fn all(session: &Session) -> Result<Vec<Authorization>, Error> {
    Ok(session.get(KEY).await?.unwrap_or_default())
}
