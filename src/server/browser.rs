//! Headers that identify the end user's browser to the tenant. Auth0 uses the address; the others are extensions of our
//! tenant, which others ignore.

use super::{AuthConfig, cookies, oauth_secrets::Transaction};
use http::{HeaderMap, HeaderValue};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use time::Duration;

const DEVICE: &str = "device";
/// As long as the tenant accepts it.
const DEVICE_LIFETIME: Duration = Duration::days(180);
/// Longest token that is stored, in bytes.
const MAX_DEVICE: usize = 1024;

/// A browser with a login in progress.
#[derive(Clone)]
pub(super) struct Browser {
    pub(super) ip: IpAddr,
    transaction: Transaction,
    device: Option<SecretString>,
}

impl Browser {
    pub(super) fn of(config: &AuthConfig, headers: &HeaderMap, ip: IpAddr, transaction: &Transaction) -> Self {
        let device = cookies::value(headers, &cookies::name(config, DEVICE));
        let device = device.filter(|token| token.len() <= MAX_DEVICE).map(SecretString::from);
        Self { ip, transaction: transaction.clone(), device }
    }

    /// Adds the headers to a request.
    pub(super) fn told_in(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request
            .header("auth0-forwarded-for", self.ip.to_string())
            .header("passwordless-transaction", self.transaction.as_str());
        match &self.device {
            Some(token) => request.header("passwordless-device", token.expose_secret()),
            None => request,
        }
    }
}

/// The header that stores the device token of a sign-in in the browser, which then has a rate limit of its own that no one
/// else can use up. The tenant encrypted it.
pub(super) fn remember(config: &AuthConfig, token: Option<&SecretString>) -> Option<HeaderValue> {
    let token = token.map(ExposeSecret::expose_secret).filter(|token| token.len() <= MAX_DEVICE)?;
    cookies::set(config, &cookies::name(config, DEVICE), token, DEVICE_LIFETIME)
}
