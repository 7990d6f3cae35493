//! The attacks.

use crate::{
    country::{Country, DEAR, ID},
    target::Way,
    visitor::Effort,
};
use time::Duration;

/// An attack, and how long people come meanwhile.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// For `--only`.
    pub id: &'static str,
    /// For the report.
    pub name: &'static str,
    /// How often a code is asked for, evenly spread over `lasts`.
    pub attempts: u32,
    /// How long the attack lasts.
    pub lasts: Duration,
    /// Where it comes from.
    pub addresses: Addresses,
    /// Whom it has texted.
    pub numbers: Numbers,
    /// How it asks.
    pub way: Way,
    /// Of so many codes one is entered.
    pub enters_one_in: Option<u32>,
    /// What is done about proofs of work.
    pub effort: Effort,
    /// Who comes meanwhile.
    pub people: People,
}

/// Where an attack comes from.
#[derive(Clone, Copy, Debug)]
pub enum Addresses {
    /// So many IPv4 addresses in turn. Each loads the page once, and keeps cookies.
    V4(u32),
    /// Another /64 of one /48 each time.
    InOne48,
    /// Another /48 each time.
    Across48s,
}

/// Whom an attack has texted.
#[derive(Clone, Copy, Debug)]
pub enum Numbers {
    /// Any mobile numbers of these countries.
    RandomOf(&'static [&'static Country]),
    /// One after the other of a block of 10,000.
    InSequence(&'static Country),
    /// So many numbers that signed in the day before, again and again.
    SignedIn(&'static Country, u32),
}

/// How many honest people come.
#[derive(Clone, Copy, Debug)]
pub struct People {
    /// For the first time.
    pub new: usize,
    /// Who signed in a week before.
    pub known: usize,
}

static ONE_COUNTRY: [&Country; 1] = [&ID];

impl Scenario {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let one_country = Self::of("one-country", "1,000 addresses, random numbers of one country");
        let many_countries = Self { numbers: Numbers::RandomOf(&DEAR), ..one_country.clone() };
        vec![
            Self { addresses: Addresses::V4(1), ..Self::of("one-address", "one address") },
            one_country.clone(),
            Self { addresses: Addresses::InOne48, ..Self::of("one-48", "IPv6, a new /64 of one /48 each time") },
            Self { addresses: Addresses::Across48s, ..Self::of("many-48", "IPv6, a new /48 each time") },
            Self { numbers: Numbers::InSequence(&ID), ..Self::of("sequence", "1,000 addresses, numbers in sequence") },
            Self { id: "many-countries", name: "1,000 addresses, 16 countries", ..many_countries.clone() },
            Self { way: Way::Api, ..Self::of("api", "1,000 addresses, the tenant's API from a page elsewhere") },
            Self { enters_one_in: Some(10), ..Self::of("enters", "one country, and one code in ten is entered") },
            Self {
                attempts: 24 * 60,
                lasts: Duration::DAY,
                ..Self::of("slow", "one country, slowly: one code a minute for a day")
            },
            Self {
                id: "solves",
                name: "16 countries, and proofs of work are solved",
                effort: Effort::Solves,
                ..many_countries.clone()
            },
            Self {
                id: "waits",
                name: "16 countries, and proofs of work are waited for",
                effort: Effort::Waits,
                ..many_countries
            },
            Self {
                numbers: Numbers::SignedIn(&ID, 40),
                addresses: Addresses::V4(40),
                ..Self::of("signed-in", "40 numbers that signed in the day before")
            },
        ]
    }

    fn of(id: &'static str, name: &'static str) -> Self {
        Self {
            id,
            name,
            attempts: 2_000,
            lasts: Duration::HOUR,
            addresses: Addresses::V4(1_000),
            numbers: Numbers::RandomOf(&ONE_COUNTRY),
            way: Way::Form,
            enters_one_in: None,
            effort: Effort::None,
            people: People { new: 50, known: 100 },
        }
    }
}
