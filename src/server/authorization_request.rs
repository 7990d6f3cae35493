//! What one authorization request is answered against: state, nonce and PKCE's verifier.

use super::{
    login_id::LoginId,
    oauth_secrets::{CodeVerifier, LoginSecret, Nonce, State},
};
use serde::{Deserialize, Serialize};

/// Whether an endpoint binds its code to a verifier (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PkceSupport {
    S256,
    None,
}

/// The texts of one request. They are derived from the login's secret, so that a step that is taken twice asks the tenant
/// for the same thing twice.
#[derive(Clone, Debug)]
pub(super) struct Authorization {
    pub(super) state: State,
    pub(super) nonce: Nonce,
    pub(super) code_verifier: Option<CodeVerifier>,
}

impl Authorization {
    pub(super) fn of(id: &LoginId, secret: &LoginSecret, pkce: PkceSupport) -> Self {
        let code_verifier = (pkce == PkceSupport::S256).then(|| CodeVerifier::derive(secret));
        Self { state: State::of(id, secret), nonce: Nonce::derive(secret), code_verifier }
    }
}
