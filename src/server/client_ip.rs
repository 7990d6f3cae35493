//! The client's address behind trusted proxies.

use axum::{
    extract::{ConnectInfo, Request},
    response::Response,
};
use http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::{IpNet, Ipv4Net};
use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};
use tower::{Layer, Service};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The key of a client in rate limits: its IPv4 address, or the /64 of its IPv6 address, which one household has to itself.
/// The embedded tenant has the same rule in code of its own, on purpose: library and tenant share nothing but HTTP. Requests for
/// codes count for the /48 around it, too.
///
/// An IPv4 address counts the same when a dual-stack socket reports it as IPv6 (`::ffff:203.0.113.1`).
///
/// ```
/// use leptos_passwordless::server::network;
///
/// assert_eq!(network("2001:db8::1".parse()?), network("2001:db8::2".parse()?));
/// assert_ne!(network("203.0.113.1".parse()?), network("203.0.113.2".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        client @ IpAddr::V4(_) => client,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// The proxies that are trusted with the address of a client, and the header in which they send it.
///
/// A client can send any header, and a proxy passes on those that it does not set itself. So only the header that the proxy
/// sets is read.
///
/// ```
/// use leptos_passwordless::server::{TrustedProxies, TrustedProxiesLayer};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let proxies = TrustedProxies::new(["10.0.0.0/8".parse()?]).reading("x-real-ip".parse()?);
/// let layer = TrustedProxiesLayer::new(proxies);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: HeaderName,
}

impl Default for TrustedProxies {
    fn default() -> Self {
        Self::new([])
    }
}

impl TrustedProxies {
    /// Trusts `X-Forwarded-For` from these networks; without any, every header is ignored.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self { networks: networks.into_iter().map(canonical).collect(), header: X_FORWARDED_FOR }
    }

    /// Reads this header instead: `Forwarded` (RFC 7239), or another of one or more addresses, such as `X-Real-IP`.
    #[must_use]
    pub fn reading(self, header: HeaderName) -> Self {
        Self { header, ..self }
    }

    /// The address of the client: the last hop of the header that is not itself a trusted proxy, as long as the chain up to
    /// it is trusted; otherwise the peer.
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in self.hops(headers).into_iter().rev() {
            match hop {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }

    /// Whether an address is one of the proxies.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// The hops of the header, first to last; `None` is one without an address.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let hop = if self.header == FORWARDED { forwarded_for } else { address };
        let values = headers.get_all(&self.header).iter().map(|value| value.to_str().unwrap_or_default());
        values.flat_map(|value| value.split(',')).map(hop).collect()
    }

    /// Whether a request was forwarded by a peer that is not trusted.
    fn is_in_doubt(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let is_forwarded = [&self.header, &X_FORWARDED_FOR, &FORWARDED].iter().any(|name| headers.contains_key(*name));
        is_forwarded && !self.trusts(peer)
    }
}

/// Networks of IPv4 addresses in their IPv6 form are those of IPv4, as the addresses are.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let address = mapped.addr().to_ipv4_mapped();
    let prefix = mapped.prefix_len().checked_sub(96);
    let ipv4 = address.zip(prefix).and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    ipv4.map_or(network, IpNet::V4)
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

/// Replaces the peer's address ([`ConnectInfo`]) with the client's for everything below: put it around
/// [`install`](super::install), or all users behind the proxy share one allowance of codes.
///
/// ```
/// use leptos_passwordless::server::{TrustedProxies, TrustedProxiesLayer};
///
/// # fn example(routes: axum::Router) -> Result<axum::Router, ipnet::AddrParseError> {
/// let routes = routes.layer(TrustedProxiesLayer::new(TrustedProxies::new(["10.0.0.0/8".parse()?])));
/// # Ok(routes)
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TrustedProxiesLayer {
    proxies: TrustedProxies,
    has_warned: Arc<AtomicBool>,
}

impl TrustedProxiesLayer {
    /// A layer that believes these proxies.
    pub fn new(proxies: TrustedProxies) -> Self {
        Self { proxies, has_warned: Arc::default() }
    }
}

impl<S> Layer<S> for TrustedProxiesLayer {
    type Service = TrustedProxiesService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TrustedProxiesService { layer: self.clone(), inner }
    }
}

/// See [`TrustedProxiesLayer`].
#[derive(Clone, Debug)]
pub struct TrustedProxiesService<S> {
    layer: TrustedProxiesLayer,
    inner: S,
}

impl TrustedProxiesLayer {
    /// Warns once that a proxy may be missing: all users behind one that is not trusted share one allowance.
    fn warn_once(&self, peer: IpAddr, headers: &HeaderMap) {
        if self.proxies.is_in_doubt(peer, headers) && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request was forwarded by a peer that is not trusted; if it is your proxy, add it to TRUSTED_PROXIES: \
                 otherwise everyone behind it counts as one"
            );
        }
    }
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
            self.layer.warn_once(peer.ip(), request.headers());
            let client = self.layer.proxies.client_ip(peer.ip(), request.headers());
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

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
    }

    /// The client where the proxy sets this header, and these are there.
    fn client(peer: &str, set: &str, headers: &[(&'static str, &str)]) -> String {
        let name = HeaderName::from_static;
        let headers = headers.iter().map(|(header, value)| (name(header), HeaderValue::from_str(value).unwrap()));
        let proxies = proxies().reading(set.parse().unwrap());
        proxies.client_ip(peer.parse().unwrap(), &headers.collect()).to_string()
    }

    fn one(peer: &str, header: (&'static str, &str)) -> String {
        client(peer, header.0, &[header])
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(one("203.0.113.9", ("x-forwarded-for", "198.51.100.1")), "203.0.113.9");
        assert_eq!(one("203.0.113.9", ("forwarded", "for=198.51.100.1")), "203.0.113.9");
        assert_eq!(one("203.0.113.9", ("cf-connecting-ip", "198.51.100.1")), "203.0.113.9");
    }

    #[test]
    fn a_proxy_is_believed_up_to_the_first_stranger() {
        assert_eq!(one("10.0.0.1", ("x-forwarded-for", "1.1.1.1, 198.51.100.1, 10.0.0.2")), "198.51.100.1");
        assert_eq!(one("::1", ("x-forwarded-for", "198.51.100.1:4711")), "198.51.100.1");
        assert_eq!(one("10.0.0.1", ("forwarded", "for=1.1.1.1, For=\"[2001:db8::7]:80\";proto=https")), "2001:db8::7");
        assert_eq!(one("10.0.0.1", ("x-real-ip", "198.51.100.1")), "198.51.100.1");
    }

    #[test]
    fn only_the_header_that_the_proxy_sets_is_read() {
        let all = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "for=198.51.100.2"),
            ("x-real-ip", "198.51.100.3"),
            ("cf-connecting-ip", "198.51.100.4"),
        ];
        for (number, (set, _)) in (1..).zip(all) {
            assert_eq!(client("10.0.0.1", set, &all), format!("198.51.100.{number}"), "{set}");
        }
        for (set, _) in all {
            let others: Vec<_> = all.into_iter().filter(|(name, _)| *name != set).collect();
            assert_eq!(client("10.0.0.1", set, &others), "10.0.0.1", "{set} is not there");
        }
        let headers = HeaderMap::from_iter(all.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())));
        assert_eq!(proxies().client_ip([10, 0, 0, 1].into(), &headers).to_string(), "198.51.100.1", "by default");
    }

    #[test]
    fn an_ipv4_address_is_one_however_it_is_written() {
        assert_eq!(one("::ffff:10.0.0.1", ("x-forwarded-for", "198.51.100.1")), "198.51.100.1");
        assert_eq!(one("10.0.0.1", ("x-forwarded-for", "::ffff:198.51.100.1, ::ffff:10.0.0.2")), "198.51.100.1");
        assert_eq!(one("::ffff:203.0.113.9", ("x-forwarded-for", "198.51.100.1")), "203.0.113.9");
        let mapped = TrustedProxies::new(["::ffff:10.0.0.0/104".parse().unwrap()]);
        assert!(mapped.trusts([10, 9, 9, 9].into()) && !mapped.trusts([11, 0, 0, 0].into()));
        assert!(mapped.trusts("::ffff:10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_hop_that_tells_nothing_ends_the_chain() {
        assert_eq!(one("10.0.0.1", ("x-forwarded-for", "198.51.100.1, unknown")), "10.0.0.1");
        assert_eq!(one("10.0.0.1", ("forwarded", "for=198.51.100.1, for=_hidden")), "10.0.0.1");
    }

    proptest! {
        #[test]
        fn no_header_makes_a_stranger_someone_else(value in "[ -~]{0,80}") {
            prop_assert_eq!(one("203.0.113.9", ("x-forwarded-for", &value)), "203.0.113.9");
        }
    }
}
