//! What a client may learn about a person, OpenID Connect Core section 5.4.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Scopes that mean something here; others are dropped, not refused, as clients ask for more than they need.
pub(crate) const SUPPORTED: [&str; 3] = ["openid", "profile", "phone"];

/// The scopes granted, in the order asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope(Vec<String>);

impl Scope {
    pub(crate) fn granted(requested: Option<&str>) -> Self {
        let mut granted: Vec<String> = Vec::new();
        for scope in requested.unwrap_or_default().split_ascii_whitespace() {
            if SUPPORTED.contains(&scope) && !granted.iter().any(|known| known == scope) {
                granted.push(scope.to_owned());
            }
        }
        Self(granted)
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
        let scope = Scope::granted(Some("openid  email profile offline_access openid"));
        assert_eq!(scope.to_string(), "openid profile");
        assert!(scope.has("openid") && !scope.has("email"));
        assert_eq!(Scope::granted(None), Scope::granted(Some(" ")));
    }
}
