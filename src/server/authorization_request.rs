//! The secrets of one authorization request, which its response is checked against: state, nonce and PKCE's verifier.

use super::{
    login_id::LoginId,
    oauth_secrets::{CodeVerifier, LoginSecret, Nonce, State},
};
use serde::{Deserialize, Serialize};

/// Whether an endpoint supports PKCE (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PkceSupport {
    S256,
    None,
}

/// The secrets of one request. They are derived from the login's secret, so that a repeated step sends the same request.
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
