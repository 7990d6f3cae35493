//! Warnings about settings that work, and weaken security.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{AuthMethod, Client, Connection, SenderConfig, TenantConfig};
use crate::origin::is_loopback;

const MIN_SECRET: usize = 16;
const MIN_DIGITS: usize = 6;
const MAX_LIFETIME: Duration = Duration::from_mins(10);

/// A setting that weakens security.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// The secret can be guessed.
    #[error("client {0}: its client_secret has fewer than {MIN_SECRET} characters: make a longer one")]
    ShortSecret(String),
    /// The codes can be guessed.
    #[error("connection {connection}: codes have {digits} digits; NIST SP 800-63B-4 asks for {MIN_DIGITS} at least")]
    ShortCode {
        /// Whose codes.
        connection: String,
        /// Their length.
        digits: usize,
    },
    /// The codes are valid for long.
    #[error(
        "connection {connection}: codes are good for {seconds} seconds; NIST SP 800-63B-4 asks for {} at most",
        MAX_LIFETIME.as_secs()
    )]
    LongLifetime {
        /// Whose codes.
        connection: String,
        /// Their lifetime.
        seconds: u64,
    },
    /// The codes can be read on the way to the gateway.
    #[error("connection {connection}: numbers and codes go to {origin} without TLS: give gateway_url an https URL")]
    PlainGateway {
        /// Whose codes.
        connection: String,
        /// Where they go; the rest of the URL can be a secret.
        origin: String,
    },
}

impl TenantConfig {
    /// The weak settings. Plain http to this machine is not one.
    pub fn weaknesses(&self) -> Vec<Weakness> {
        let secrets = self.clients.iter().filter_map(Client::weakness);
        secrets.chain(self.connections.iter().flat_map(Connection::weaknesses)).collect()
    }
}

impl Client {
    fn weakness(&self) -> Option<Weakness> {
        let shows_it = matches!(self.auth_method, AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic);
        let secret = self.client_secret.as_ref().filter(|_| shows_it)?;
        let is_short = secret.expose_secret().chars().count() < MIN_SECRET;
        is_short.then(|| Weakness::ShortSecret(self.client_id.clone()))
    }
}

impl Connection {
    fn weaknesses(&self) -> Vec<Weakness> {
        let connection = || self.name.clone();
        let (digits, seconds) = (self.code_length, self.code_lifetime.as_secs());
        let code = (digits < MIN_DIGITS).then(|| Weakness::ShortCode { connection: connection(), digits });
        let is_long = self.code_lifetime > MAX_LIFETIME;
        let lifetime = is_long.then(|| Weakness::LongLifetime { connection: connection(), seconds });
        let gateways = self.sender.iter().chain(&self.fallback).filter_map(plain_gateway);
        let gateways = gateways.map(|origin| Weakness::PlainGateway { connection: connection(), origin });
        code.into_iter().chain(lifetime).chain(gateways).collect()
    }
}

/// The origin of a gateway that is reached without TLS, and not on this machine.
fn plain_gateway(sender: &SenderConfig) -> Option<String> {
    let SenderConfig::Gateway(gateway) = sender else { return None };
    let is_plain = gateway.url.scheme() == "http" && !is_loopback(&gateway.url);
    is_plain.then(|| gateway.url.origin().ascii_serialization())
}
