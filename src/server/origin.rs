use std::str::FromStr;
use thiserror::Error;
use url::Url;

/// An http or https origin: scheme, host and port, without a path, a query or a user.
///
/// ```
/// use leptos_passwordless::server::Origin;
///
/// assert_eq!("https://app.example.com".parse::<Origin>()?.url().as_str(), "https://app.example.com/");
/// assert!("https://app.example.com/path".parse::<Origin>().is_err());
/// # Ok::<(), leptos_passwordless::server::InvalidOrigin>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

/// The URL is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an http or https origin without a path or a user, such as https://app.example.com")]
pub struct InvalidOrigin;

impl Origin {
    /// The origin as a URL, whose path is a slash.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl TryFrom<Url> for Origin {
    type Error = InvalidOrigin;

    fn try_from(url: Url) -> Result<Self, Self::Error> {
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if is_web && is_bare && !has_user { Ok(Self(url)) } else { Err(InvalidOrigin) }
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Url::parse(text).map_err(|_| InvalidOrigin)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_has_nothing_after_the_port_and_no_user() {
        for text in ["http://localhost:3001", "https://app.example.com", "https://app.example.com/"] {
            assert!(text.parse::<Origin>().is_ok(), "{text}");
        }
        for text in [
            "",
            "app.example.com",
            "ftp://app.example.com",
            "https://app.example.com/path",
            "https://app.example.com?",
            "https://app.example.com#",
            "https://me@app.example.com",
            "https://:secret@app.example.com",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(InvalidOrigin), "{text}");
        }
    }
}
