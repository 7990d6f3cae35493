//! How often codes may be tried: failures are counted on the number and the address, so that neither a new code nor
//! another instance gives fresh tries. Browsers that the number's owner signed in with have an allowance of their own.

use std::net::IpAddr;

use super::settings::{Bucket, Gcra, Limits};
use crate::{
    config::Connection,
    http::client_ip::Source,
    otp::challenge::{Cost, Counted},
    phone_number::PhoneNumber,
};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Auth0's brute-force protection blocks a number for an address after ten failures, for 30 days. Here one more try
/// grows back every three days, which comes to the same ten in 30.
const NUMBER_FROM_ADDRESS: Gcra = Gcra::new(10, 3 * DAY);

/// Twenty wrong guesses at the codes of a number, and twenty a day after that: with codes of six digits, guessing one
/// takes a hundred years.
const NUMBER: Gcra = Gcra::new(20, DAY / 20);

/// Auth0's suspicious IP throttling: a hundred failures, then one in a quarter of an hour.
const ADDRESS: Gcra = Gcra::new(100, 15 * MINUTE);

/// A limit that a try has to pass, and takes from when it fails.
#[derive(Debug)]
pub(crate) struct AttemptLimit {
    pub(crate) counted: Counted,
    pub(crate) bucket: Bucket,
    pub(crate) gcra: Gcra,
}

impl AttemptLimit {
    /// What counts for a try. The order is that in which rows are locked; the rarely shared ones come first.
    ///
    /// Where starts are not limited by number or by address, failures are not either; what Auth0 calls brute-force
    /// protection is the connection's own choice.
    pub(crate) fn all(
        limits: &Limits,
        connection: &Connection,
        phone_number: &PhoneNumber,
        source: &Source,
        is_known: bool,
    ) -> Vec<Self> {
        let name = &connection.name;
        // The address of a client's server is that of everyone who uses it.
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
            bucket: Bucket::tries_from(address),
            gcra: ADDRESS,
        });
        [brute_force, by_number, by_address].into_iter().flatten().collect()
    }

    fn number_from(connection: &str, phone_number: &PhoneNumber, address: IpAddr, is_known: bool) -> Self {
        let bucket = if is_known {
            Bucket::tries_at_known(connection, phone_number)
        } else {
            Bucket::tries_at_from(connection, phone_number, address)
        };
        Self { counted: Counted::NumberFromAddress, bucket, gcra: NUMBER_FROM_ADDRESS }
    }

    /// Whether a try of this cost takes from the limit.
    pub(crate) fn is_owed(&self, cost: Cost) -> bool {
        match (cost, self.counted) {
            (Cost::Nothing, _) | (Cost::Failure, Counted::Number) => false,
            (Cost::Failure | Cost::Guess, _) => true,
        }
    }

    /// Whether signing in forgives what was counted.
    pub(crate) fn is_cleared_by_success(&self) -> bool {
        self.counted == Counted::NumberFromAddress
    }
}
