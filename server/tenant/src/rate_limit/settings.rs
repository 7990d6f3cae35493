//! How many texts may be asked for, and to where; how often codes may be tried.

use std::net::IpAddr;

use crate::{clock::Millis, phone_number::PhoneNumber};

const HOUR: i64 = 60 * 60 * 1000;

/// Limits on `/passwordless/start`, against SMS pumping and enumeration; `0` lifts a limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Codes that one address may ask for in an hour without a client secret (Auth0: 50).
    pub starts_per_ip_hour: u32,
    /// Codes that may be sent to one phone number in an hour; `0` lifts the growing delay between them, and the stricter
    /// limits on numbers that no table has in service, too.
    pub starts_per_phone_hour: u32,
    /// Codes that may be sent to all numbers of one country in an hour.
    pub starts_per_country_hour: u32,
    /// Codes that may be sent in an hour at all.
    pub starts_total_hour: u32,
    /// ISO 3166 codes, upper case, of the countries that may be texted, with their territories; `None` allows all.
    pub countries: Option<Vec<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            starts_per_ip_hour: 50,
            starts_per_phone_hour: 10,
            starts_per_country_hour: 0,
            starts_total_hour: 0,
            countries: None,
        }
    }
}

/// What a limit counts.
#[derive(Debug)]
pub(crate) struct Bucket(String);

impl Bucket {
    /// Starts from an address.
    pub(crate) fn starts_from(address: IpAddr) -> Self {
        Self(format!("start:ip:{}", network(address)))
    }

    /// Starts for a number, whichever connection it is asked for through; those in browsers that its owner signed in with
    /// are counted apart.
    pub(crate) fn starts_for(phone_number: &PhoneNumber, is_known: bool) -> Self {
        Self(format!("start:phone:{}{}", phone_number.as_str(), apart(is_known)))
    }

    /// Starts for all numbers of a country; those of none are counted together.
    pub(crate) fn starts_to_country_of(phone_number: &PhoneNumber) -> Self {
        Self(format!("start:country:{}", phone_number.country().as_deref().unwrap_or("none")))
    }

    /// Starts for all numbers that no table has in service.
    pub(crate) fn unlisted_starts() -> Self {
        Self("start:unlisted".to_owned())
    }

    /// Starts, for whomever.
    pub(crate) fn all_starts() -> Self {
        Self("start:all".to_owned())
    }

    /// Failing tries for a number at a connection, from one address.
    pub(crate) fn tries_at_from(connection: &str, phone_number: &PhoneNumber, address: IpAddr) -> Self {
        Self(format!("try:{}:{connection}:{}", phone_number.as_str(), network(address)))
    }

    /// What the names of the buckets begin with that count what was tried for a number.
    pub(crate) fn tried_prefixes(phone_number: &PhoneNumber) -> [String; 2] {
        ["try", "guess"].map(|what| format!("{what}:{}:", phone_number.as_str()))
    }

    /// Failing tries for a number at a connection, in browsers that its owner signed in with.
    pub(crate) fn tries_at_known(connection: &str, phone_number: &PhoneNumber) -> Self {
        Self(format!("try:{}:{connection}{KNOWN}", phone_number.as_str()))
    }

    /// Wrong guesses at the codes of a number at a connection, from anywhere; those in browsers that its owner signed in
    /// with are counted apart.
    pub(crate) fn guesses_at(connection: &str, phone_number: &PhoneNumber, is_known: bool) -> Self {
        Self(format!("guess:{}:{connection}{}", phone_number.as_str(), apart(is_known)))
    }

    /// Failing tries from an address, for whichever number.
    pub(crate) fn tries_from(address: IpAddr) -> Self {
        Self(format!("try:ip:{}", network(address)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

const KNOWN: &str = ":known";

/// What names end with that are counted apart.
pub(crate) fn apart(is_known: bool) -> &'static str {
    if is_known { KNOWN } else { "" }
}

/// An address as limits count it: of IPv6 the /64, which one customer has whole.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", u128::from(address) >> 64),
    }
}

/// A token bucket in the form of the generic cell rate algorithm: one number a bucket, the theoretical arrival time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gcra {
    /// Milliseconds in which one token grows back.
    pub(crate) interval: i64,
    /// Tokens in a full bucket.
    pub(crate) burst: i64,
}

impl Gcra {
    /// `count` at once, and one each `1/count` of an hour after that; `None` where the limit is lifted.
    pub(crate) fn per_hour(count: u32) -> Option<Self> {
        let burst = i64::from(count);
        (burst > 0).then(|| Self { interval: (HOUR / burst).max(1), burst })
    }

    /// `burst` at once, and one each `interval` milliseconds after that.
    pub(crate) const fn new(burst: i64, interval: i64) -> Self {
        Self { interval, burst }
    }

    /// The arrival time after taking from a full bucket.
    pub(crate) fn first(self, now: Millis) -> Millis {
        Millis(now.0 + self.interval)
    }

    /// The latest arrival time at which a token can still be taken.
    pub(crate) fn latest(self, now: Millis) -> Millis {
        Millis(now.0 + self.interval * (self.burst - 1))
    }

    /// How many tokens a bucket with this arrival time has.
    pub(crate) fn left(self, tat: Millis, now: Millis) -> i64 {
        let spare = self.latest(now).0 - tat.0;
        (spare.div_euclid(self.interval) + 1).clamp(0, self.burst)
    }

    /// When a bucket with this arrival time has a token again.
    pub(crate) fn free_again(self, tat: Millis) -> Millis {
        Millis(tat.0 - self.interval * (self.burst - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the store's statement does, on one number.
    fn take(tat: &mut Option<i64>, gcra: Gcra, now: i64) -> bool {
        let before = tat.unwrap_or(i64::MIN);
        if before > gcra.latest(Millis(now)).0 {
            return false;
        }
        let after = if before > now { before + gcra.interval } else { gcra.first(Millis(now)).0 };
        *tat = Some(after);
        let left = gcra.left(Millis(after), Millis(now));
        (left > 0) == (after <= gcra.latest(Millis(now)).0) && left < gcra.burst
    }

    #[test]
    fn zero_lifts_the_limit() {
        assert!(Gcra::per_hour(0).is_none());
    }

    #[test]
    fn addresses_of_one_network_share_a_bucket() -> Result<(), std::net::AddrParseError> {
        let bucket = |text: &str| text.parse().map(|address| Bucket::starts_from(address).0);
        assert_eq!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:1:2:ffff::9")?);
        assert_ne!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:1:3::1")?);
        assert_eq!(bucket("::ffff:192.0.2.1")?, bucket("192.0.2.1")?);
        Ok(())
    }

    proptest::proptest! {
        /// In no hour more than the bucket and what grows back in that hour, and waiting as told is enough.
        #[test]
        fn never_more_than_the_bucket_holds(count in 1_u32..60, gaps in proptest::collection::vec(0_i64..400_000, 1..200)) {
            let Some(gcra) = Gcra::per_hour(count) else { return Ok(()) };
            let (mut tat, mut now, mut taken) = (None, 0, Vec::new());
            for gap in gaps {
                now += gap;
                if take(&mut tat, gcra, now) {
                    taken.push(now);
                } else {
                    let free = gcra.free_again(Millis(tat.unwrap_or(now)));
                    proptest::prop_assert!(free.0 > now);
                    proptest::prop_assert!(take(&mut tat.clone(), gcra, free.0));
                    proptest::prop_assert!(!take(&mut tat.clone(), gcra, free.0 - 1));
                }
                let last_hour = taken.iter().filter(|at| **at > now - HOUR).count();
                proptest::prop_assert!(last_hour <= 2 * count as usize);
            }
        }
    }
}
