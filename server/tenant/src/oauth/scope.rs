//! Scopes: what a client may learn about a user, OpenID Connect Core section 5.4.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::{Client, REFRESH_GRANT};

/// The supported scopes; others are dropped, not refused, as clients request more than they need.
pub(crate) const SUPPORTED: [&str; 4] = ["openid", "profile", "phone", OFFLINE_ACCESS];

/// A refresh token, OpenID Connect Core section 11: for clients that may use it.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// Granted scopes, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope(Vec<String>);

impl Scope {
    /// The requested scopes that the client may have.
    pub(crate) fn granted(requested: Option<&str>, client: &Client) -> Self {
        let Self(mut granted) = Self::known(requested);
        granted.retain(|scope| scope != OFFLINE_ACCESS || client.allows(REFRESH_GRANT));
        Self(granted)
    }

    /// The requested scopes that are supported.
    pub(crate) fn known(requested: Option<&str>) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for scope in requested.unwrap_or_default().split_ascii_whitespace() {
            if SUPPORTED.contains(&scope) && !granted.iter().any(|known| known == scope) {
                granted.push(scope.to_owned());
            }
        }
        Self(granted)
    }

    /// The granted scopes that are requested again: never more than before, RFC 6749 section 6.
    pub(crate) fn narrowed(&self, requested: Option<&str>) -> Self {
        let Some(requested) = requested else { return self.clone() };
        let Self(mut narrowed) = Self::known(Some(requested));
        narrowed.retain(|scope| self.has(scope));
        Self(narrowed)
    }

    pub(crate) fn without(&self, scope: &str) -> Self {
        Self(self.0.iter().filter(|granted| *granted != scope).cloned().collect())
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|granted| granted == scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn unknown_scopes_are_dropped() {
        let scope = Scope::known(Some("openid  email profile openid"));
        assert_eq!(scope.to_string(), "openid profile");
        assert!(scope.has("openid") && !scope.has("email"));
        assert_eq!(Scope::known(None), Scope::known(Some(" ")));
    }

    #[test]
    fn a_scope_never_grows() {
        let scope = Scope::known(Some("openid offline_access"));
        assert_eq!(scope.narrowed(Some("profile openid")).to_string(), "openid");
        assert_eq!(scope.narrowed(None), scope);
    }
}
