use serde::{Deserialize, Serialize};
use url::{Position, Url};

/// It is in a cookie and in URLs; a longer one loses its query.
const MAX_LENGTH: usize = 1024;

/// A page of this app to return to: path and query, never another origin. [`AuthConfig::return_to`](super::AuthConfig)
/// reads those that come from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(super) struct ReturnTo(String);

impl ReturnTo {
    /// Takes a path of this app; anything else becomes `/`.
    pub(super) fn parse(text: &str) -> Self {
        Self::same_origin(text).unwrap_or_default()
    }

    /// The path of a URL of this app.
    pub(super) fn path_of(url: &str) -> Option<Self> {
        Self::same_origin(Url::parse(url).ok()?.path())
    }

    /// Resolved as a browser would, against a reserved host: what stays on that host is a path.
    pub(super) fn same_origin(text: &str) -> Option<Self> {
        let base = Url::parse("http://return-to.invalid/").ok()?;
        let url = base.join(text).ok()?;
        // A normalised path may begin with two slashes (`/.//evil`), which the next reader takes for a host.
        let is_path = text.starts_with('/') && url.origin() == base.origin() && !url.path().starts_with("//");
        let with_query = &url[Position::BeforePath..Position::AfterQuery];
        let fitting = [with_query, url.path()].into_iter().find(|path| path.len() <= MAX_LENGTH);
        fitting.filter(|_| is_path).map(|path| Self(path.to_owned()))
    }

    /// The same without one of the parameters of its query.
    pub(super) fn without(&self, parameter: &str) -> Self {
        let Some((path, query)) = self.0.split_once('?') else { return self.clone() };
        let is_other = |pair: &&str| pair.split('=').next() != Some(parameter);
        let rest = query.split('&').filter(is_other).collect::<Vec<_>>().join("&");
        Self(if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") })
    }

    /// Without its query.
    pub(super) fn path(&self) -> &str {
        self.0.split_once('?').map_or(self.0.as_str(), |(path, _)| path)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<ReturnTo> for String {
    fn from(return_to: ReturnTo) -> Self {
        return_to.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_of_this_app_is_kept() {
        for path in ["/", "/profile", "/a/b?c=d&e=%2F%2Fevil.example", "/caf%C3%A9"] {
            assert_eq!(ReturnTo::parse(path).as_str(), path);
        }
    }

    #[test]
    fn one_that_is_too_long_loses_its_query() {
        let query = "x".repeat(1024);
        assert_eq!(ReturnTo::parse(&format!("/search?q={query}")).as_str(), "/search");
        assert_eq!(ReturnTo::parse(&format!("/{query}")).as_str(), "/");
    }

    #[test]
    fn a_parameter_can_be_left_out() {
        for (from, to) in [("/a?login=1", "/a"), ("/a?b=1&login=2&c", "/a?b=1&c"), ("/a", "/a")] {
            assert_eq!(ReturnTo::parse(from).without("login").as_str(), to);
        }
    }

    #[test]
    fn another_origin_is_not() {
        for text in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "profile",
            "",
        ] {
            assert_eq!(ReturnTo::parse(text).as_str(), "/", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_browser_stays_on_this_origin(text in "[/\\\\.:@a-z\t\n ]{0,20}|.*") {
            let app = Url::parse("https://app.example/").map_err(|e| TestCaseError::fail(e.to_string()))?;
            let target = app.join(ReturnTo::parse(&text).as_str()).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(target.origin(), app.origin());
        }

        #[test]
        fn it_fits_into_a_header(text in ".*") {
            prop_assert!(http::HeaderValue::from_str(ReturnTo::parse(&text).as_str()).is_ok());
        }

        #[test]
        fn parsing_twice_changes_nothing(text in "/[ -~]*") {
            let once = ReturnTo::parse(&text);
            prop_assert_eq!(ReturnTo::parse(once.as_str()), once);
        }
    }
}
