//! The OpenID Connect issuer.

pub(crate) mod arrival;
pub(crate) mod assertion_key;
pub(crate) mod audience;
pub(crate) mod authorization_codes;
pub(crate) mod authorization_request;
pub(crate) mod authorization_response;
pub(crate) mod authorizer;
pub(crate) mod client_assertion;
pub(crate) mod client_auth;
#[cfg(test)]
mod fuzz;
pub(crate) mod grant;
pub(crate) mod lifetimes;
pub(crate) mod login_tickets;
pub(crate) mod pkce;
pub(crate) mod refresh;
pub(crate) mod scope;
pub(crate) mod sso;
pub(crate) mod start_proof;
pub(crate) mod tokens;
