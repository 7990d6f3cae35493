//! How often codes may be tried: failures are counted on the number and the address, so that neither a new code nor another
//! instance gives fresh attempts. Browsers known to be the number's owner's have an allowance of their own.

use std::net::IpAddr;

use super::{
    bucket::{Bucket, Site},
    gcra::Gcra,
    settings::Limits,
};
use crate::{
    config::Connection,
    http::client_ip::RequestSource,
    otp::challenge::{Cost, Counted},
    phone_number::PhoneNumber,
};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Auth0's brute-force protection blocks a number for an address after ten failures, for 30 days. Here one more attempt is
/// allowed every three days, which comes to the same ten in 30.
const NUMBER_FROM_ADDRESS: Gcra = Gcra::new(10, 3 * DAY);

/// Twenty wrong guesses at the codes of a number, and twenty a day after that: with codes of six digits, guessing one
/// takes a hundred years.
const NUMBER: Gcra = Gcra::new(20, DAY / 20);

/// Auth0's suspicious IP throttling: a hundred failures, then one in a quarter of an hour.
const ADDRESS: Gcra = Gcra::new(100, 15 * MINUTE);

/// A limit that an attempt has to pass, and counts against when it fails.
#[derive(Debug)]
pub(crate) struct AttemptLimit {
    pub(crate) counted: Counted,
    pub(crate) bucket: Bucket,
    pub(crate) gcra: Gcra,
}

impl AttemptLimit {
    /// The limits of an attempt, in the order in which their rows are locked: the rarely shared ones first.
    ///
    /// Where requests for codes are not limited by number or by address, failures are not either; brute-force protection is
    /// a setting of the connection.
    pub(crate) fn all(
        limits: &Limits,
        connection: &Connection,
        phone_number: &PhoneNumber,
        source: &RequestSource,
        is_known: bool,
    ) -> Vec<Self> {
        let name = &connection.name;
        // The address of a client's server is shared by all of its users.
        let address = source.end_user();
        let brute_force = address.filter(|_| connection.brute_force_protection);
        let brute_force = brute_force.map(|address| Self::number_from(name, phone_number, address, is_known));
        let by_number = (limits.starts_per_phone_hour > 0).then(|| Self {
            counted: Counted::Number,
            bucket: Bucket::guesses_at(name, phone_number, is_known),
            gcra: NUMBER,
        });
        let by_address = address.filter(|_| limits.starts_per_ip_hour > 0).map(|address| Self {
            counted: Counted::Address,
            bucket: Bucket::all_attempts_from(address),
            gcra: ADDRESS,
        });
        let site = address.filter(|_| limits.starts_per_ip_hour > 0).and_then(Site::of);
        let by_site = site.map(|site| Self {
            counted: Counted::Address,
            bucket: Bucket::all_attempts_from_site(site),
            gcra: ADDRESS.times(Site::NETWORKS),
        });
        [brute_force, by_number, by_address, by_site].into_iter().flatten().collect()
    }

    fn number_from(connection: &str, phone_number: &PhoneNumber, address: IpAddr, is_known: bool) -> Self {
        let bucket = if is_known {
            Bucket::attempts_in_known_browsers(connection, phone_number)
        } else {
            Bucket::attempts_from(connection, phone_number, address)
        };
        Self { counted: Counted::NumberFromAddress, bucket, gcra: NUMBER_FROM_ADDRESS }
    }

    /// Whether an attempt of this cost counts against the limit.
    pub(crate) fn is_owed(&self, cost: Cost) -> bool {
        match (cost, self.counted) {
            (Cost::Nothing, _) | (Cost::Failure, Counted::Number) => false,
            (Cost::Failure | Cost::Guess, _) => true,
        }
    }

    /// Whether signing in resets the count.
    pub(crate) fn is_cleared_by_success(&self) -> bool {
        self.counted == Counted::NumberFromAddress
    }
}
