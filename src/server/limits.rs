//! How often one address may ask for codes through this app.
//!
//! The tenant cannot tell: a call with the client secret counts for the whole app there.

use crate::api::Refusal;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

/// Above this many remembered addresses, those with a full allowance are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Token buckets in memory, one an address.
pub(super) struct Limits(Option<DefaultKeyedRateLimiter<IpAddr>>);

impl Limits {
    /// 0 means no limit.
    pub(super) fn new(starts_per_ip_hour: u32) -> Self {
        Self(NonZeroU32::new(starts_per_ip_hour).map(|n| RateLimiter::keyed(Quota::per_hour(n))))
    }

    /// Takes one code from the allowance of an address.
    pub(super) fn take_start(&self, client: IpAddr) -> Result<(), Refusal> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        if limiter.len() > MAX_REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(&network(client)).map_err(|denied| {
            let wait = denied.wait_time_from(DefaultClock::default().now());
            Refusal::RateLimited { retry_after: u32::try_from(wait.as_secs() + 1).ok() }
        })
    }
}

/// One household has a whole /64 of IPv6 addresses.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_allowance_and_no_more() {
        let limits = Limits::new(3);
        let (one, other) = (IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2]));
        assert!((0..3).all(|_| limits.take_start(one).is_ok()));
        assert!(matches!(limits.take_start(one), Err(Refusal::RateLimited { retry_after: Some(1..=1201) })));
        assert!(limits.take_start(other).is_ok());
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let limits = Limits::new(1);
        let address = |last| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert!(limits.take_start(address(1)).is_ok());
        assert!(limits.take_start(address(2)).is_err());
    }

    #[test]
    fn zero_lifts_the_limit() {
        let limits = Limits::new(0);
        assert!((0..1000).all(|_| limits.take_start(IpAddr::from([203, 0, 113, 1])).is_ok()));
    }
}
