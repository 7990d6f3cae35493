//! Grants: what tokens are issued from.

use serde::{Deserialize, Serialize};

use super::scope::Scope;

/// A user's sign-in, and what the client may do with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) user_id: String,
    pub(crate) scope: Scope,
    pub(crate) audience: Option<String>,
    /// Only where the client sent one: node-auth0 refuses a token with a nonce that it did not send.
    pub(crate) nonce: Option<String>,
    /// Unix seconds.
    pub(crate) auth_time: i64,
    /// The session at the tenant; the OTP grant makes none.
    pub(crate) sid: Option<String>,
}
