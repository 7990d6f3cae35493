//! Refuses what strangers could use: combinations of settings each of which is right elsewhere.

use super::{Config, ConfigError, Mode};
use leptos_passwordless::server::{LoginFlow, is_loopback};
use passwordless_tenant::TenantConfig;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use url::{Host, Url};

/// In `examples/tenant.yaml`, which everyone can read.
const SECRET_OF_EXAMPLES: &str = "the-secret-of-the-examples";
/// Names that the internet does not have.
const PRIVATE_NAMES: [&str; 5] = [".local", ".localhost", ".internal", ".lan", ".home.arpa"];

impl Config {
    pub(super) fn check_exposure(&self, mode: Mode) -> Result<(), ConfigError> {
        self.check_tls(mode)?;
        self.check_tenant_is_reached(mode)?;
        let Some(address) = self.public_address(mode) else { return Ok(()) };
        if self.auth0_client_secret.as_ref().is_some_and(is_of_examples) {
            return Err(ConfigError::SecretOfExamples(address));
        }
        if self.limit_starts_per_ip_hour == 0 || self.limit_starts_per_phone_hour == 0 {
            return Err(ConfigError::UnlimitedInPublic(address));
        }
        Ok(())
    }

    /// Refuses the outbox where others than the developer could read it.
    pub(crate) fn check_outbox(&self) -> Result<(), ConfigError> {
        self.public_address(Mode::Tenant).map_or(Ok(()), |address| Err(ConfigError::PublicOutbox(address)))
    }

    /// Refuses a client whose secret everyone can read.
    pub(crate) fn check_clients(&self, tenant: &TenantConfig) -> Result<(), ConfigError> {
        let secrets = tenant.clients().iter().filter_map(|client| client.client_secret.as_ref());
        match self.public_address(Mode::Tenant) {
            Some(address) if secrets.into_iter().any(is_of_examples) => Err(ConfigError::SecretOfExamples(address)),
            _ => Ok(()),
        }
    }

    /// Refuses to go over the internet without TLS. In a network of one's own it is a warning.
    fn check_tls(&self, mode: Mode) -> Result<(), ConfigError> {
        let app = (mode != Mode::Tenant).then_some(("APP_BASE_URL", &self.app_base_url));
        let tenant = (mode != Mode::App).then_some(("TENANT_PUBLIC_URL", &self.tenant_public_url));
        let plain = app.into_iter().chain(tenant).find(|(_, url)| url.scheme() == "http" && is_of_internet(url));
        plain.map_or(Ok(()), |(name, url)| Err(ConfigError::PlainInPublic { name, url: url.to_string() }))
    }

    /// Refuses to send the browsers of others to a tenant on their own machines. The flow `token` sends them to none.
    fn check_tenant_is_reached(&self, mode: Mode) -> Result<(), ConfigError> {
        let external = self.auth0_domain.as_ref().and_then(|tenant| Url::parse(tenant.origin()).ok());
        let (name, tenant) = match mode {
            Mode::Tenant => return Ok(()),
            Mode::App => ("AUTH0_DOMAIN", external),
            Mode::Both => ("TENANT_PUBLIC_URL", Some(self.tenant_public_url.clone())),
        };
        match tenant.filter(is_loopback) {
            Some(tenant) if self.auth0_login_flow == LoginFlow::Redirect && !is_loopback(&self.app_base_url) => {
                let (app, tenant) = (self.app_base_url.to_string(), tenant.to_string());
                Err(ConfigError::LocalTenant { app, name, tenant })
            }
            _ => Ok(()),
        }
    }

    /// An address of what this mode runs that is not loopback, if there is one.
    pub(super) fn public_address(&self, mode: Mode) -> Option<String> {
        let app = (mode != Mode::Tenant).then_some((self.leptos_site_addr, &self.app_base_url));
        let tenant = (mode != Mode::App).then_some((self.tenant_addr, &self.tenant_public_url));
        app.into_iter().chain(tenant).find_map(|(address, url)| {
            let listens = (!address.ip().is_loopback()).then(|| address.to_string());
            listens.or_else(|| (!is_loopback(url)).then(|| url.to_string()))
        })
    }
}

fn is_of_examples(secret: &SecretString) -> bool {
    secret.expose_secret() == SECRET_OF_EXAMPLES
}

/// Whether a URL is one of the internet, and not of one's own network.
fn is_of_internet(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.contains('.') && !PRIVATE_NAMES.iter().any(|end| name.ends_with(end)),
        Some(Host::Ipv4(address)) => !is_private(address.into()),
        Some(Host::Ipv6(address)) => !is_private(address.into()),
        None => false,
    }
}

/// Whether only this machine, or those of its own network, reach an address.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}
