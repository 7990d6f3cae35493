//! How long tokens live, in seconds: Auth0's defaults.
//!
//! <https://auth0.com/docs/secure/tokens>

pub(crate) const ID_TOKEN_SECONDS: i64 = 36_000;

pub(crate) const ACCESS_TOKEN_SECONDS: i64 = 86_400;

/// Access tokens of the implicit and hybrid flows, which pass through the browser.
pub(crate) const FRONT_CHANNEL_ACCESS_TOKEN_SECONDS: i64 = 7_200;

/// OpenID Connect Back-Channel Logout 1.0, section 2.4, recommends two minutes at most.
pub(crate) const LOGOUT_TOKEN_SECONDS: i64 = 120;

/// No token lives longer.
pub(crate) const LONGEST_TOKEN_SECONDS: i64 = ACCESS_TOKEN_SECONDS;
