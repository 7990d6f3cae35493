//! Which address a request really comes from.

use axum::{
    extract::{ConnectInfo, Request},
    response::Response,
};
use http::{HeaderMap, header::FORWARDED};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// The proxies whose forwarding headers are believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes what these networks forward; with none, every header is ignored.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// The address of the client: the last hop of `X-Forwarded-For` or `Forwarded` (RFC 7239) that is not itself a
    /// trusted proxy, as long as the chain up to it is trusted; otherwise the peer.
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in hops(headers).into_iter().rev() {
            match hop {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The hops that the headers tell of, first to last; `None` is one that tells nothing.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = |name: &str| -> Vec<String> {
        headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default().to_owned()).collect()
    };
    let forwarded = values(FORWARDED.as_str());
    if forwarded.is_empty() {
        return values("x-forwarded-for").iter().flat_map(|value| value.split(',')).map(address).collect();
    }
    forwarded.iter().flat_map(|value| value.split(',')).map(forwarded_for).collect()
}

fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| address(value))?
    })
}

/// An address with or without quotes, brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let parsed = text
        .parse()
        .or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip()))
        .or_else(|_| text.trim_start_matches('[').trim_end_matches(']').parse());
    parsed.ok().map(|address: IpAddr| address.to_canonical())
}

/// Puts the client's address in the place of the peer's ([`ConnectInfo`]), so that all below see only that.
#[derive(Clone, Debug)]
pub struct TrustedProxiesLayer(TrustedProxies);

impl TrustedProxiesLayer {
    /// A layer that believes these proxies.
    pub fn new(proxies: TrustedProxies) -> Self {
        Self(proxies)
    }
}

impl<S> Layer<S> for TrustedProxiesLayer {
    type Service = TrustedProxiesService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TrustedProxiesService { proxies: self.0.clone(), inner }
    }
}

/// See [`TrustedProxiesLayer`].
#[derive(Clone, Debug)]
pub struct TrustedProxiesService<S> {
    proxies: TrustedProxies,
    inner: S,
}

impl<S> Service<Request> for TrustedProxiesService<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
            let client = self.proxies.client_ip(peer.ip(), request.headers());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
        }
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn client(peer: &str, header: (&'static str, &str)) -> String {
        let proxies = TrustedProxies::new(["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(header.0), HeaderValue::from_str(header.1).unwrap());
        proxies.client_ip(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(client("203.0.113.9", ("x-forwarded-for", "198.51.100.1")), "203.0.113.9");
        assert_eq!(client("203.0.113.9", ("forwarded", "for=198.51.100.1")), "203.0.113.9");
    }

    #[test]
    fn a_proxy_is_believed_up_to_the_first_stranger() {
        assert_eq!(client("10.0.0.1", ("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.0.0.2")), "198.51.100.1");
        assert_eq!(client("::1", ("x-forwarded-for", "198.51.100.1:4711")), "198.51.100.1");
        assert_eq!(
            client("10.0.0.1", ("forwarded", "for=1.1.1.1, For=\"[2001:db8::7]:80\";proto=https")),
            "2001:db8::7"
        );
        assert_eq!(client("::ffff:10.0.0.1", ("x-forwarded-for", "198.51.100.1")), "198.51.100.1");
    }

    #[test]
    fn a_hop_that_tells_nothing_ends_the_chain() {
        assert_eq!(client("10.0.0.1", ("x-forwarded-for", "198.51.100.1, unknown")), "10.0.0.1");
        assert_eq!(client("10.0.0.1", ("forwarded", "for=198.51.100.1, for=_hidden")), "10.0.0.1");
    }

    proptest! {
        #[test]
        fn no_header_makes_a_stranger_someone_else(value in "[ -~]{0,80}") {
            prop_assert_eq!(client("203.0.113.9", ("x-forwarded-for", &value)), "203.0.113.9");
        }
    }
}
