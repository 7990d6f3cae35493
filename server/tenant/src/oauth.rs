//! The OpenID Connect issuer.

pub(crate) mod authorize;
pub(crate) mod discovery;
#[cfg(test)]
mod fuzz;
pub(crate) mod grant;
mod id_token_hint;
pub(crate) mod keyring;
pub(crate) mod keys;
pub(crate) mod logout;
pub(crate) mod oidc_logout;
mod pkce;
mod refresh;
pub(crate) mod request;
mod response;
pub(crate) mod revoke;
pub(crate) mod scope;
pub(crate) mod sso;
pub(crate) mod token;
mod tokens;
pub(crate) mod userinfo;
