//! How often one address may ask for codes through this app.
//!
//! The tenant cannot tell: a call with the client secret counts for the whole app there.

use super::{client_ip::network, number::Certainty};
use crate::api::Refusal;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use std::{net::IpAddr, num::NonZeroU32};

/// Above this many remembered addresses, those with a full allowance are forgotten.
const MAX_REMEMBERED: usize = 10_000;
/// Codes of its allowance that a number costs which the metadata does not list.
const UNLISTED_COST: u32 = 5;

/// Token buckets in memory, one an address.
pub(super) struct Limits {
    starts_per_ip_hour: u32,
    buckets: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// 0 means no limit.
    pub(super) fn new(starts_per_ip_hour: u32) -> Self {
        let buckets = NonZeroU32::new(starts_per_ip_hour).map(|n| RateLimiter::keyed(Quota::per_hour(n)));
        Self { starts_per_ip_hour, buckets }
    }

    /// Takes one code from the allowance of an address, and more for a number that nobody lists: who tries numbers out
    /// comes upon many of those.
    pub(super) fn take_start(&self, client: IpAddr, certainty: Certainty) -> Result<(), Refusal> {
        let cost = if certainty == Certainty::Unlisted { UNLISTED_COST.min(self.starts_per_ip_hour) } else { 1 };
        let (Some(buckets), Some(cost)) = (&self.buckets, NonZeroU32::new(cost)) else { return Ok(()) };
        if buckets.len() > MAX_REMEMBERED {
            buckets.retain_recent();
        }
        let taken = buckets.check_key_n(&network(client), cost).map_err(|_| Refusal::Unexpected)?;
        taken.map_err(|denied| {
            let wait = denied.wait_time_from(DefaultClock::default().now());
            Refusal::RateLimited { retry_after: u32::try_from(wait.as_secs() + 1).ok() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_allowance_and_no_more() {
        let limits = Limits::new(3);
        let (one, other) = (IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2]));
        assert!((0..3).all(|_| limits.take_start(one, Certainty::Sure).is_ok()));
        assert!(matches!(
            limits.take_start(one, Certainty::Sure),
            Err(Refusal::RateLimited { retry_after: Some(1..=1201) })
        ));
        assert!(limits.take_start(other, Certainty::Sure).is_ok());
    }

    #[test]
    fn numbers_that_nobody_lists_use_the_allowance_up_sooner() {
        let address = IpAddr::from([203, 0, 113, 1]);
        for (allowance, unlisted) in [(10, 2), (5, 1), (3, 1)] {
            let limits = Limits::new(allowance);
            let sent = (0..5).filter(|_| limits.take_start(address, Certainty::Unlisted).is_ok()).count();
            assert_eq!(sent, unlisted, "of {allowance}");
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let limits = Limits::new(1);
        let address = |last| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert!(limits.take_start(address(1), Certainty::Sure).is_ok());
        assert!(limits.take_start(address(2), Certainty::Sure).is_err());
        // As a dual-stack socket names IPv4 clients.
        assert!(limits.take_start("::ffff:203.0.113.1".parse().unwrap(), Certainty::Sure).is_ok());
        assert!(limits.take_start("::ffff:203.0.113.2".parse().unwrap(), Certainty::Sure).is_ok());
    }

    #[test]
    fn zero_lifts_the_limit() {
        let limits = Limits::new(0);
        assert!((0..1000).all(|_| limits.take_start(IpAddr::from([203, 0, 113, 1]), Certainty::Unlisted).is_ok()));
    }
}
