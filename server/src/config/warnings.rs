//! Warnings about configurations that work and are unsafe.

use super::{Config, Mode};
use leptos_passwordless::server::is_loopback;
use thiserror::Error;
use url::Url;

/// Something that works, and is not safe: it leaves this machine without TLS.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum WithoutTls {
    #[error(
        "APP_BASE_URL is {0}, without TLS: cookies go without Secure, and whoever listens on the way can take sessions over"
    )]
    App(Url),
    #[error("AUTH0_DOMAIN is {0}, without TLS: the client's secret and the codes can be read on the way")]
    Tenant(Url),
    #[error("TENANT_PUBLIC_URL is {0}, without TLS: numbers and codes can be read on the way")]
    OwnTenant(Url),
}

impl Config {
    /// Whether this mode sends anything over the network without TLS.
    pub(crate) fn warnings(&self, mode: Mode) -> Vec<WithoutTls> {
        let external = self.auth0_domain.as_ref().and_then(|tenant| Url::parse(tenant.origin()).ok());
        let used = [
            (mode != Mode::Tenant).then(|| WithoutTls::App(self.app_base_url.clone())),
            (mode == Mode::App).then_some(external).flatten().map(WithoutTls::Tenant),
            (mode != Mode::App).then(|| WithoutTls::OwnTenant(self.tenant_public_url.clone())),
        ];
        used.into_iter().flatten().filter(|used| is_plain(used.url())).collect()
    }
}

impl WithoutTls {
    const fn url(&self) -> &Url {
        let (Self::App(url) | Self::Tenant(url) | Self::OwnTenant(url)) = self;
        url
    }
}

/// Whether a URL leaves this machine without TLS.
pub(crate) fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}
