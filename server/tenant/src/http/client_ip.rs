//! The address that a request counts against.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::Client;

/// The header in which a confidential client passes on the end user's address.
const FORWARDED_FOR: &str = "auth0-forwarded-for";

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestSource {
    pub(crate) ip: IpAddr,
    /// Otherwise it is that of a client's server, which many users share.
    is_end_users: bool,
}

impl RequestSource {
    /// A request of the end user's browser.
    pub(crate) fn browser(peer: SocketAddr) -> Self {
        Self { ip: peer.ip(), is_end_users: true }
    }

    /// An API call. `auth0-forwarded-for` counts only from an authenticated client that is configured to send it: <https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow/avoid-common-issues-with-resource-owner-password-flow-and-attack-protection>
    pub(crate) fn of_api_call(authenticated: Option<&Client>, headers: &HeaderMap, peer: SocketAddr) -> Self {
        let trusted = authenticated.filter(|client| client.trusts_ip_header);
        match trusted.and_then(|_| forwarded(headers)) {
            Some(ip) => Self { ip, is_end_users: true },
            None => Self { ip: peer.ip(), is_end_users: authenticated.is_none() },
        }
    }

    /// The end user's address, where it is known.
    pub(crate) fn end_user(&self) -> Option<IpAddr> {
        self.is_end_users.then_some(self.ip)
    }
}

fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(FORWARDED_FOR)?.to_str().ok()?.trim().parse().ok()
}
