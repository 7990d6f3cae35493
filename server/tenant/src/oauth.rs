//! The OpenID Connect issuer.

pub(crate) mod authorization_request;
pub(crate) mod authorization_response;
pub(crate) mod client_assertion;
pub(crate) mod client_auth;
#[cfg(test)]
mod fuzz;
pub(crate) mod grant;
pub(crate) mod id_token_hint;
pub(crate) mod pkce;
pub(crate) mod refresh;
pub(crate) mod scope;
pub(crate) mod sso;
pub(crate) mod tokens;
