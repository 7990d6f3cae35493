//! Keys under which the store counts.

use std::net::IpAddr;

use crate::phone_number::PhoneNumber;

/// What a limit counts, as its key in the store.
#[derive(Debug)]
pub(crate) struct Bucket(String);

impl Bucket {
    /// Codes requested from an address.
    pub(crate) fn starts_from(address: IpAddr) -> Self {
        Self(format!("start:ip:{}", network(address)))
    }

    /// Codes requested from the site that an address is part of.
    pub(crate) fn starts_from_site(site: Site) -> Self {
        Self(format!("start:site:{:x}", site.0))
    }

    /// Codes requested for a number, at any connection.
    pub(crate) fn starts_for(phone_number: &PhoneNumber, is_known: bool) -> Self {
        Self(format!("start:phone:{}", number_key(phone_number, is_known)))
    }

    /// Codes requested for all numbers of a country.
    pub(crate) fn starts_to_country_of(phone_number: &PhoneNumber) -> Self {
        Self(format!("start:country:{}", phone_number.country_or_none()))
    }

    /// Codes requested for all numbers that no table lists as in service.
    pub(crate) fn unlisted_starts() -> Self {
        Self("start:unlisted".to_owned())
    }

    /// Codes from an address for which someone waited instead of calculating.
    pub(crate) fn waits_from(address: IpAddr) -> Self {
        Self(format!("wait:ip:{}", network(address)))
    }

    /// All codes for which someone waited.
    pub(crate) fn all_waits() -> Self {
        Self("wait:all".to_owned())
    }

    /// All codes requested.
    pub(crate) fn all_starts() -> Self {
        Self("start:all".to_owned())
    }

    /// Failed attempts for a number at a connection, from one address.
    pub(crate) fn attempts_from(connection: &str, phone_number: &PhoneNumber, address: IpAddr) -> Self {
        Self(format!("try:{}:{connection}:{}", phone_number.as_str(), network(address)))
    }

    /// Prefixes of the buckets that count attempts for a number.
    pub(crate) fn attempt_prefixes(phone_number: &PhoneNumber) -> [String; 2] {
        ["try", "guess"].map(|what| format!("{what}:{}:", phone_number.as_str()))
    }

    /// Failed attempts for a number at a connection, in browsers known to be its owner's.
    pub(crate) fn attempts_in_known_browsers(connection: &str, phone_number: &PhoneNumber) -> Self {
        Self(format!("try:{}:{connection}{KNOWN}", phone_number.as_str()))
    }

    /// Wrong guesses at the codes of a number at a connection, from any address.
    pub(crate) fn guesses_at(connection: &str, phone_number: &PhoneNumber, is_known: bool) -> Self {
        Self(format!("guess:{}:{connection}{}", phone_number.as_str(), known_suffix(is_known)))
    }

    /// Failed attempts from an address, for any number.
    pub(crate) fn all_attempts_from(address: IpAddr) -> Self {
        Self(format!("try:ip:{}", network(address)))
    }

    /// Failed attempts from a site, for any number.
    pub(crate) fn all_attempts_from_site(site: Site) -> Self {
        Self(format!("try:site:{:x}", site.0))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

const KNOWN: &str = ":known";

/// Browsers known to be the owner's are counted apart: strangers cannot use up their allowance.
fn known_suffix(is_known: bool) -> &'static str {
    if is_known { KNOWN } else { "" }
}

/// A number as requests for codes are counted.
pub(crate) fn number_key(phone_number: &PhoneNumber, is_known: bool) -> String {
    format!("{}{}", phone_number.as_str(), known_suffix(is_known))
}

/// An address as limits count it: of IPv6 the /64, which one customer has as a whole. The library has the same rule for its
/// own limits; the two crates share no code.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", u128::from(address) >> 64),
    }
}

/// A /48 of IPv6, which one customer can have as a whole, and so 65,536 networks of his own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site(u128);

impl Site {
    /// So many times the allowance of one network: a household uses few of its networks, and a mobile carrier's customers
    /// share a /48.
    pub(crate) const NETWORKS: u32 = 4;

    /// The site of an address; IPv4 has none.
    pub(crate) fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(Self(u128::from(address) >> 80)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_share_a_bucket() -> Result<(), std::net::AddrParseError> {
        let bucket = |text: &str| text.parse().map(|address| Bucket::starts_from(address).0);
        assert_eq!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:1:2:ffff::9")?);
        assert_ne!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:1:3::1")?);
        assert_eq!(bucket("::ffff:192.0.2.1")?, bucket("192.0.2.1")?);
        Ok(())
    }

    #[test]
    fn networks_of_one_site_share_a_bucket() -> Result<(), std::net::AddrParseError> {
        let bucket = |text: &str| {
            let site = text.parse().map(Site::of);
            site.map(|site| site.map(|site| Bucket::starts_from_site(site).0))
        };
        assert_eq!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:1:ffff::9")?);
        assert_ne!(bucket("2001:db8:1:2::1")?, bucket("2001:db8:2:2::1")?);
        assert_eq!([bucket("192.0.2.1")?, bucket("::ffff:192.0.2.1")?], [None, None]);
        Ok(())
    }
}
