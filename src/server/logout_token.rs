//! Checks logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6).

use super::{
    AuthConfig, Clock,
    jwks::Jwks,
    jwt::{Audience, NumericDate, SignatureError, Signed},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use thiserror::Error;
use time::OffsetDateTime;

/// What makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest id of a token, in bytes.
const MAX_JTI: usize = 256;
/// Ids that are known at once; only the tenant can make more, which then push out the oldest.
const MAX_KNOWN: usize = 10_000;

/// A logout token was rejected.
#[derive(Debug, Error)]
pub(super) enum LogoutTokenError {
    /// It is not the tenant's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Without a claim that it must have.
    #[error("it is malformed")]
    Malformed,
    /// A token of another kind, such as an ID token.
    #[error("it is no logout token")]
    OtherKind,
    /// Issued by someone else.
    #[error("it comes from another issuer")]
    WrongIssuer,
    /// Issued for someone else.
    #[error("it is meant for another client")]
    WrongAudience,
    /// It has expired or is not valid yet.
    #[error("it is not valid at this time")]
    WrongTime,
    /// Its id is known.
    #[error("it was used before")]
    Replayed,
}

/// Whose sessions end: those of one session at the tenant, or all of a user.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Session(String),
    User(String),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: NumericDate,
    exp: NumericDate,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
}

/// Checks the logout tokens of one tenant for one client.
pub(super) struct LogoutTokens {
    issuer: String,
    client_id: String,
    jwks: Arc<Jwks>,
    clock: Arc<dyn Clock>,
    /// The ids of tokens that were used, and until when they are valid.
    known: Mutex<HashMap<String, OffsetDateTime>>,
}

/// A valid token. Each is used once, by this instance of the app.
pub(super) struct LogoutToken {
    pub(super) ended: Ended,
    jti: String,
}

impl LogoutTokens {
    pub(super) fn new(config: &AuthConfig, jwks: Arc<Jwks>, clock: Arc<dyn Clock>) -> Self {
        let (issuer, client_id) = (config.tenant.issuer().to_owned(), config.client_id.clone());
        Self { issuer, client_id, jwks, clock, known: Mutex::default() }
    }

    pub(super) async fn check(&self, token: &str) -> Result<LogoutToken, LogoutTokenError> {
        let Signed { typ, claims } = Signed::read(token, &self.jwks).await?;
        if !is_kind(typ.as_deref()) || claims.contains_key("nonce") {
            return Err(LogoutTokenError::OtherKind);
        }
        let claims: Claims = serde_json::from_value(Value::Object(claims)).map_err(|_| LogoutTokenError::Malformed)?;
        if !claims.events.get(EVENT).is_some_and(Value::is_object) {
            return Err(LogoutTokenError::OtherKind);
        }
        if claims.iss != self.issuer {
            return Err(LogoutTokenError::WrongIssuer);
        }
        if !claims.aud.has(&self.client_id) {
            return Err(LogoutTokenError::WrongAudience);
        }
        let now = self.clock.now();
        if claims.exp.is_over(now) || claims.iat.is_to_come(now) {
            return Err(LogoutTokenError::WrongTime);
        }
        let ended = match (claims.sid, claims.sub) {
            (Some(sid), _) if !sid.is_empty() => Ended::Session(sid),
            (None, Some(sub)) if !sub.is_empty() => Ended::User(sub),
            _ => return Err(LogoutTokenError::Malformed),
        };
        let until = claims.exp.with_leeway().ok_or(LogoutTokenError::WrongTime)?;
        self.note(&claims.jti, until, now)?;
        Ok(LogoutToken { ended, jti: claims.jti })
    }

    /// The token was not acted on: it may come again.
    pub(super) fn forget(&self, token: &LogoutToken) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&token.jti);
    }

    fn note(&self, jti: &str, until: OffsetDateTime, now: OffsetDateTime) -> Result<(), LogoutTokenError> {
        if jti.is_empty() || jti.len() > MAX_JTI {
            return Err(LogoutTokenError::Malformed);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, until| *until > now);
        if known.contains_key(jti) {
            return Err(LogoutTokenError::Replayed);
        }
        if known.len() >= MAX_KNOWN
            && let Some(oldest) = known.iter().min_by_key(|(_, until)| **until).map(|(jti, _)| jti.clone())
        {
            known.remove(&oldest);
        }
        known.insert(jti.to_owned(), until);
        Ok(())
    }
}

/// `logout+jwt`, or without a kind of its own: then the claim `events` decides.
fn is_kind(typ: Option<&str>) -> bool {
    let typ = typ.map(str::to_ascii_lowercase);
    matches!(typ.as_deref(), None | Some("jwt" | "logout+jwt" | "application/logout+jwt"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{SystemClock, fuzz::config, tenant_client::TenantClient};
    use time::Duration;

    fn logout_tokens() -> LogoutTokens {
        let (config, clock) = (config(), Arc::new(SystemClock));
        let tenant = TenantClient::new(&config, clock.clone()).expect("an HTTP client");
        LogoutTokens::new(&config, Arc::new(Jwks::new(tenant, config.id_token_alg, clock.clone())), clock)
    }

    #[test]
    fn ids_are_known_until_their_tokens_expire_and_are_not_too_many() {
        let (tokens, now) = (logout_tokens(), OffsetDateTime::UNIX_EPOCH);
        let minute = Duration::minutes(1);
        assert!(tokens.note("one", now + minute, now).is_ok());
        assert!(matches!(tokens.note("one", now + minute, now), Err(LogoutTokenError::Replayed)));
        tokens.forget(&LogoutToken { ended: Ended::User("sub".to_owned()), jti: "one".to_owned() });
        assert!(tokens.note("one", now + minute, now).is_ok());
        assert!(tokens.note("one", now + minute * 2, now + minute).is_ok());
        for number in 0..MAX_KNOWN {
            assert!(tokens.note(&number.to_string(), now + minute * 3, now + minute).is_ok());
        }
        assert_eq!(tokens.known.lock().unwrap().len(), MAX_KNOWN);
        assert!(tokens.note("one", now + minute * 2, now + minute).is_ok(), "the oldest is forgotten");
        for jti in [String::new(), "x".repeat(MAX_JTI + 1)] {
            assert!(matches!(tokens.note(&jti, now, now), Err(LogoutTokenError::Malformed)));
        }
    }
}
