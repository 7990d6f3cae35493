//! Warnings about configurations that work and are unsafe.

use super::{Config, Mode, exposure::is_private};
use leptos_passwordless::server::is_loopback;
use std::net::SocketAddr;
use thiserror::Error;
use url::Url;

/// Something that works, and is not safe.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Warning {
    #[error(
        "APP_BASE_URL is {0}, without TLS: cookies go without Secure, and whoever listens on the way can take sessions over"
    )]
    App(Url),
    #[error("AUTH0_DOMAIN is {0}, without TLS: the client's secret and the codes can be read on the way")]
    Tenant(Url),
    #[error("TENANT_PUBLIC_URL is {0}, without TLS: numbers and codes can be read on the way")]
    OwnTenant(Url),
    #[error("METRICS_ADDR is {0}, an address of no private network: whoever reaches it reads the metrics")]
    Metrics(SocketAddr),
    #[error(
        "LIMIT_COUNTRIES is not set, and {address} is not a loopback address: strangers can have messages sent to every \
         country at your expense; add LIMIT_COUNTRIES={proposed} with the countries of your users, or LIMIT_COUNTRIES=all"
    )]
    AllCountries {
        /// Where strangers reach the program.
        address: String,
        /// Countries to begin with.
        proposed: String,
    },
    #[error(
        "{name} is 0, and {address} is not a loopback address: nothing bounds what messages cost in an hour; set it to what \
         your busiest hour needs"
    )]
    NoCap {
        /// The variable.
        name: &'static str,
        /// Where strangers reach the program.
        address: String,
    },
}

impl Config {
    /// What this mode sends over the network without TLS, shows to strangers, or lets them spend.
    pub(crate) fn warnings(&self, mode: Mode) -> Vec<Warning> {
        let external = self.auth0_domain.as_ref().and_then(|tenant| Url::parse(tenant.origin()).ok());
        let used = [
            (mode != Mode::Tenant).then(|| (self.app_base_url.clone(), Warning::App as fn(Url) -> Warning)),
            (mode == Mode::App).then_some(external).flatten().map(|url| (url, Warning::Tenant as _)),
            (mode != Mode::App).then(|| (self.tenant_public_url.clone(), Warning::OwnTenant as _)),
        ];
        let plain = used.into_iter().flatten().filter(|(url, _)| is_plain(url)).map(|(url, warning)| warning(url));
        let metrics = self.metrics_addr.filter(|address| !is_private(address.ip())).map(Warning::Metrics);
        plain.chain(metrics).chain(self.expenses(mode)).collect()
    }

    /// What strangers can spend.
    fn expenses(&self, mode: Mode) -> Vec<Warning> {
        let Some(address) = self.public_address(mode) else { return Vec::new() };
        let countries = self
            .limit_countries
            .is_none()
            .then(|| Warning::AllCountries { address: address.clone(), proposed: self.proposed_countries() });
        let caps = [
            ("LIMIT_STARTS_TOTAL_HOUR", self.limit_starts_total_hour),
            ("LIMIT_STARTS_PER_COUNTRY_HOUR", self.limit_starts_per_country_hour),
        ];
        let lifted = caps.into_iter().filter(|(_, cap)| mode != Mode::App && *cap == Some(0));
        countries.into_iter().chain(lifted.map(|(name, _)| Warning::NoCap { name, address: address.clone() })).collect()
    }
}

/// Whether a URL leaves this machine without TLS.
pub(crate) fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}
