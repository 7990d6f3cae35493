//! Where the tenant is, as others see it.

use url::{Host, Url};

use crate::error::BuildError;

/// The origin of the tenant's public URL. The library has the same rule for origins; the two crates share no code.
#[derive(Clone, Debug)]
pub(crate) struct Origin(String);

impl Origin {
    pub(crate) fn of(public_url: &Url) -> Result<Self, BuildError> {
        let is_web = matches!(public_url.scheme(), "http" | "https");
        let is_bare = public_url.path() == "/" && public_url.query().is_none() && public_url.fragment().is_none();
        let has_user = !public_url.username().is_empty() || public_url.password().is_some();
        if is_web && is_bare && !has_user {
            Ok(Self(public_url.origin().ascii_serialization()))
        } else {
            Err(BuildError::PublicUrl)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuer of tokens: the origin with a slash, as at Auth0.
    pub(crate) fn issuer(&self) -> String {
        self.at("/")
    }

    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

/// Whether a URL is on this machine: `localhost`, a name below it, or a loopback address. The program has the same rule; the
/// two crates share no code.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
