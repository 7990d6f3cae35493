//! What a message costs, against what may be spent in a day.

use crate::{
    clock::Millis,
    config::{Connection, Micros},
    phone_number::PhoneNumber,
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Of each limit this share is for those who signed in before: strangers cannot lock them out.
const RESERVED_PERCENT: i64 = 20;

/// The country that stands for all of them.
pub(crate) const ALL: &str = "*";

/// The price of a message, and what may be spent with it.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) connection: String,
    /// The beginning of the day, UTC.
    pub(crate) day: Millis,
    pub(crate) price: Micros,
    /// In the order in which their rows are locked, the most shared one last.
    pub(crate) accounts: [Account; 2],
}

/// What is spent together.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) country: String,
    /// What may be spent; `None` if it is counted only.
    pub(crate) limit: Option<Micros>,
}

impl Charge {
    /// What a message to the number costs; `None` without a budget.
    pub(crate) fn of(connection: &Connection, to: &PhoneNumber, is_known: bool, now: Millis) -> Option<Self> {
        let budget = connection.budget.as_ref()?;
        let country = to.country_or_none();
        let open = |limit: Option<Micros>| {
            limit.map(|Micros(limit)| Micros(if is_known { limit } else { limit - limit * RESERVED_PERCENT / 100 }))
        };
        let price = budget.price(&country);
        let of_country = Account { limit: open(budget.per_country_per_day(&country)), country };
        let of_all = Account { limit: open(budget.per_day()), country: ALL.to_owned() };
        let day = Millis(now.0 - now.0.rem_euclid(DAY));
        Some(Self { connection: connection.name.clone(), day, price, accounts: [of_country, of_all] })
    }

    /// The country of the number.
    pub(crate) fn country(&self) -> &str {
        let [of_country, _] = &self.accounts;
        &of_country.country
    }

    /// When the next day begins.
    pub(crate) fn free(&self) -> Millis {
        Millis(self.day.0 + DAY)
    }
}

/// A message would cost more than may be spent.
#[derive(Clone, Debug)]
pub(crate) struct OverBudget {
    pub(crate) connection: String,
    pub(crate) country: String,
    pub(crate) limit: Micros,
    /// When the next day begins.
    pub(crate) free: Millis,
}
