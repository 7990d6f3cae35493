//! The rate limit of requested codes per address.
//!
//! The tenant cannot enforce it: calls with the client secret count for the whole app there.

use super::{client_ip::network, measure, phone_number::Certainty};
use crate::outcome::Refusal;
use ipnet::IpNet;
use std::{
    collections::HashMap,
    iter,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// The time in which an allowance is refilled.
const PERIOD: Duration = Duration::HOUR;
/// The most addresses that are stored, some 10 MB.
const MAX_REMEMBERED: usize = 100_000;
/// Fewer are not searched for expired ones.
const MIN_SWEPT: usize = 1000;
/// The allowance of a /48 of IPv6, in those of a /64: one customer can have a /48, and so 65,536 networks; a household uses few.
const NETWORKS_OF_SITE: u32 = 4;
/// The cost of a number that the metadata does not list, in codes.
const UNLISTED_COST: u32 = 5;

/// The allowances of addresses, in memory.
pub(super) struct Limits {
    /// 0 means no limit.
    starts_per_ip_hour: u32,
    buckets: Mutex<Buckets>,
}

impl Limits {
    pub(super) fn new(starts_per_ip_hour: u32) -> Self {
        Self { starts_per_ip_hour, buckets: Mutex::new(Buckets::new(MAX_REMEMBERED)) }
    }

    /// Takes one code from the allowance of an address, and more for an unlisted number: guessing numbers hits many of
    /// those.
    pub(super) fn take_start(&self, client: IpAddr, certainty: Certainty, now: OffsetDateTime) -> Result<(), Refusal> {
        if self.starts_per_ip_hour == 0 {
            return Ok(());
        }
        let cost = if certainty == Certainty::Unlisted { UNLISTED_COST.min(self.starts_per_ip_hour) } else { 1 };
        let taken = PERIOD * cost / self.starts_per_ip_hour;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.take(&shares(client, taken), now).map_err(|wait| {
            measure::limit_hit("address");
            let seconds = u32::try_from(wait.whole_seconds()).unwrap_or_default();
            Refusal::RateLimited { retry_after: Some(seconds.saturating_add(1)) }
        })
    }
}

/// What a client takes from each of its allowances: that of its IPv4 address; or those of its /64 and of its /48. The embedded
/// tenant has the same rule in code of its own, on purpose: library and tenant share nothing but HTTP.
fn shares(client: IpAddr, taken: Duration) -> Vec<(IpNet, Duration)> {
    let network = network(client);
    let site = if network.is_ipv6() { IpNet::new(network, 48).ok() } else { None };
    let site = site.map(|site| (site.trunc(), taken / NETWORKS_OF_SITE));
    iter::once((network.into(), taken)).chain(site).collect()
}

/// Token buckets by the generic cell rate algorithm (GCRA): for each address the time at which its allowance is full again.
/// Once that is past, the address can be dropped. Not `governor`, whose keyed limiter has no bound on its memory.
struct Buckets {
    whole_at: HashMap<IpNet, OffsetDateTime>,
    max: usize,
    /// The number of addresses at which expired ones are removed.
    sweep_at: usize,
}

impl Buckets {
    fn new(max: usize) -> Self {
        Self { whole_at: HashMap::new(), max, sweep_at: MIN_SWEPT.min(max) }
    }

    /// Takes a part of each allowance, which is a period long, or of none; `Err` has the time until all parts are available.
    fn take(&mut self, shares: &[(IpNet, Duration)], now: OffsetDateTime) -> Result<(), Duration> {
        self.make_room(shares.len(), now);
        // If the clock was set back, no one waits for longer than a period.
        let before = |at: Option<&OffsetDateTime>| at.map_or(now, |at| (*at).clamp(now, now + PERIOD));
        let waits = shares.iter().map(|(network, part)| before(self.whole_at.get(network)) + *part - now - PERIOD);
        let wait = waits.max().filter(|wait| wait.is_positive());
        for (network, part) in shares {
            let part = if wait.is_some() { Duration::ZERO } else { *part };
            let at = before(self.whole_at.get(network)) + part;
            self.whole_at.insert(*network, at);
        }
        wait.map_or(Ok(()), Err)
    }

    /// Forgets those whose allowance is whole, once there are twice as many as were left the last time: so each address is
    /// looked at as often as twice, however many there are. Where too many are left, those go who have used the least of
    /// theirs, and so gain the least: a flood of new addresses gives nobody much back. Says how many were looked at.
    fn make_room(&mut self, more: usize, now: OffsetDateTime) -> usize {
        let looked_at = self.whole_at.len();
        if looked_at + more <= self.sweep_at {
            return 0;
        }
        self.whole_at.retain(|_, at| *at > now);
        let mut kept: Vec<_> = self.whole_at.values().copied().collect();
        let half = self.max / 2;
        if kept.len() > half {
            let surplus = kept.len() - half;
            let (_, last, _) = kept.select_nth_unstable(surplus - 1);
            self.whole_at.retain(|_, at| at > last);
        }
        self.sweep_at = (self.whole_at.len() * 2).clamp(MIN_SWEPT.min(self.max), self.max);
        looked_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn address(n: u32) -> IpAddr {
        IpAddr::from(n.to_be_bytes())
    }

    #[test]
    fn an_address_has_its_allowance_and_no_more() {
        let limits = Limits::new(3);
        let (one, other) = (IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2]));
        assert!((0..3).all(|_| limits.take_start(one, Certainty::Sure, NOW).is_ok()));
        let refused = limits.take_start(one, Certainty::Sure, NOW);
        assert_eq!(refused, Err(Refusal::RateLimited { retry_after: Some(1201) }));
        assert!(limits.take_start(other, Certainty::Sure, NOW).is_ok());

        let later = NOW + Duration::minutes(20);
        assert!(limits.take_start(one, Certainty::Sure, later).is_ok(), "a third of it has come back");
        assert!(limits.take_start(one, Certainty::Sure, later).is_err());
        let after_all = later + PERIOD;
        assert!((0..3).all(|_| limits.take_start(one, Certainty::Sure, after_all).is_ok()));
        let set_back = NOW - Duration::days(1);
        assert!(limits.take_start(one, Certainty::Sure, set_back).is_err());
        assert!(limits.take_start(one, Certainty::Sure, set_back + Duration::minutes(21)).is_ok());
    }

    #[test]
    fn numbers_that_nobody_lists_use_the_allowance_up_sooner() {
        let address = IpAddr::from([203, 0, 113, 1]);
        for (allowance, unlisted) in [(10, 2), (5, 1), (3, 1)] {
            let limits = Limits::new(allowance);
            let sent = (0..5).filter(|_| limits.take_start(address, Certainty::Unlisted, NOW).is_ok()).count();
            assert_eq!(sent, unlisted, "of {allowance}");
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let limits = Limits::new(1);
        let address = |last| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert!(limits.take_start(address(1), Certainty::Sure, NOW).is_ok());
        assert!(limits.take_start(address(2), Certainty::Sure, NOW).is_err());
        // As a dual-stack socket names IPv4 clients.
        assert!(limits.take_start("::ffff:203.0.113.1".parse().unwrap(), Certainty::Sure, NOW).is_ok());
        assert!(limits.take_start("::ffff:203.0.113.2".parse().unwrap(), Certainty::Sure, NOW).is_ok());
    }

    #[test]
    fn an_ipv6_site_has_the_allowance_of_four_networks() {
        let limits = Limits::new(2);
        let network = |site, network| IpAddr::from([0x2001, 0xdb8, site, network, 0, 0, 0, 1]);
        let is_taken = |site, n, now| limits.take_start(network(site, n), Certainty::Sure, now).is_ok();
        assert!((0..8).all(|n| is_taken(1, n, NOW)));
        assert!(!is_taken(1, 8, NOW));
        assert!((0..2).all(|_| is_taken(2, 0, NOW)), "another site");
        assert!(!is_taken(2, 0, NOW), "its networks have no more than before");
        let later = NOW + PERIOD / 8;
        assert!(is_taken(1, 8, later) && !is_taken(1, 8, later), "what was refused took nothing");
        assert!(is_taken(1, 8, later + PERIOD / 8));
    }

    #[test]
    fn zero_lifts_the_limit() {
        let limits = Limits::new(0);
        let unlisted = |_| limits.take_start(IpAddr::from([203, 0, 113, 1]), Certainty::Unlisted, NOW).is_ok();
        assert!((0..1000).all(unlisted));
    }

    #[test]
    fn a_million_addresses_cost_two_looks_each_at_most_and_no_more_room_than_there_is() {
        let mut buckets = Buckets::new(MAX_REMEMBERED);
        let (mut looked_at, mut now) = (0, NOW);
        for n in 0..1_000_000 {
            now += Duration::milliseconds(1);
            looked_at += buckets.make_room(1, now);
            assert!(buckets.take(&[(address(n).into(), PERIOD / 50)], now).is_ok());
            assert!(buckets.whole_at.len() <= MAX_REMEMBERED);
        }
        assert!(looked_at <= 2_000_000, "{looked_at}");
    }

    #[test]
    fn a_flood_of_addresses_gives_nobody_their_allowance_back() {
        let mut buckets = Buckets::new(MAX_REMEMBERED);
        let greedy = IpNet::from(address(u32::MAX));
        assert!(buckets.take(&[(greedy, PERIOD)], NOW).is_ok());
        for n in 0..500_000 {
            assert!(buckets.take(&[(address(n).into(), PERIOD / 50)], NOW).is_ok(), "new ones are served");
        }
        assert!(buckets.take(&[(greedy, PERIOD / 50)], NOW).is_err());
    }

    proptest! {
        #[test]
        fn there_are_never_too_many_and_looking_stays_cheap(
            max in 2_usize..40, asked in prop::collection::vec((0_u32..200, 1_i32..50, 0_i64..600), 0..2000),
        ) {
            let mut buckets = Buckets::new(max);
            let (mut now, mut looked_at, asks) = (NOW, 0, asked.len());
            for (n, part, seconds) in asked {
                now += Duration::seconds(seconds);
                looked_at += buckets.make_room(1, now);
                let _ = buckets.take(&[(address(n).into(), PERIOD * part / 50)], now);
                prop_assert!(buckets.whole_at.len() <= max);
            }
            prop_assert!(looked_at <= 3 * asks + max, "{} for {}", looked_at, asks);
        }
    }
}
