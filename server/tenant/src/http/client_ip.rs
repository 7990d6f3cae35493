//! Whose address a request counts against.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::Client;

/// Where a confidential client says whom it acts for.
const FORWARDED_FOR: &str = "auth0-forwarded-for";

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) ip: IpAddr,
    /// Otherwise it is that of a client's server, which many people share.
    is_end_users: bool,
}

impl Source {
    /// A browser, which comes itself.
    pub(crate) fn browser(peer: SocketAddr) -> Self {
        Self { ip: peer.ip(), is_end_users: true }
    }

    /// A call of the API. `auth0-forwarded-for` is believed from a client that proved itself and that is trusted to
    /// say so, and ignored from others: <https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow/avoid-common-issues-with-resource-owner-password-flow-and-attack-protection>
    pub(crate) fn of(proven: Option<&Client>, headers: &HeaderMap, peer: SocketAddr) -> Self {
        let trusted = proven.filter(|client| client.trusts_ip_header);
        match trusted.and_then(|_| forwarded(headers)) {
            Some(ip) => Self { ip, is_end_users: true },
            None => Self { ip: peer.ip(), is_end_users: proven.is_none() },
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
