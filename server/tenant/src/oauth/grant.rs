//! What a person's sign-in entitles a client to.

use serde::{Deserialize, Serialize};

use super::scope::Scope;

/// Who signed in, when, and what for; tokens are made from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) user_id: String,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<String>,
    /// Only where the client sent one: node-auth0 refuses a token with a nonce that it did not ask for.
    pub(crate) nonce: Option<String>,
    /// Unix seconds.
    pub(crate) auth_time: i64,
    /// The session at the tenant; the OTP grant makes none.
    pub(crate) sid: Option<String>,
}
