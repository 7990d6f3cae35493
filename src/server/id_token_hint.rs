//! The ID token of a session at the tenant, kept to end that session from elsewhere than its browser.
//!
//! Otherwise whoever has a browser whose session was ended would be signed in again at once, by the tenant's own.

use super::{Auth, AuthConfig, seal};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::collections::HashMap;
use tower_sessions::{Session, session};

/// In the session.
const KEY: &str = "passwordless.id_token";

/// Encrypts an ID token for a session.
pub(super) fn sealed(config: &AuthConfig, id_token: &SecretString) -> Option<String> {
    let sealed = seal::seal(config, KEY, id_token.expose_secret().as_bytes());
    sealed.inspect_err(|_| tracing::error!("an ID token could not be encrypted")).ok()
}

pub(super) async fn keep(session: &Session, sealed: &str) -> Result<(), session::Error> {
    session.insert(KEY, sealed).await
}

/// Ends the session at the tenant that the session with these data began with. If that fails, it expires.
pub(super) async fn end_at_tenant(auth: &Auth, data: &HashMap<String, Value>) {
    let Some(sealed) = data.get(KEY).and_then(Value::as_str) else { return };
    let opened = seal::open(auth.config(), KEY, sealed).and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(id_token) = opened.map(SecretString::from) else { return };
    if let Err(error) = auth.tenant().end_session(&id_token).await {
        tracing::warn!(%error, "a session at the tenant was not ended");
    }
}
