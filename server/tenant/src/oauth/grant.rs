//! Grants: what tokens are issued from.

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::store::{GrantId, User};

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

/// A grant that a client has proved: what a response of the token endpoint is made of.
#[derive(Debug)]
pub(crate) struct ProvedGrant {
    /// What its tokens are revoked by; without a code or a refresh token there is nothing to revoke them with.
    pub(crate) id: Option<GrantId>,
    pub(crate) user: User,
    pub(crate) grant: Grant,
    /// The store's, which is passed on to the client.
    pub(crate) refresh_token: Option<String>,
}
