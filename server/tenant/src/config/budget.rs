//! What messages cost, and what they may cost in a day: the key `budget` of a connection's options, which is not Auth0's.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ConfigError, invalid};
use crate::phone_number;

/// The country that stands for those that are not named.
const DEFAULT: &str = "default";

/// An amount of money in millionths of the provider's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micros(pub(crate) i64);

impl Micros {
    /// A decimal number that is not negative, with at most nine digits before the point and six after it.
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let are_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_amount =
            (1..=9).contains(&whole.len()) && fraction.len() <= 6 && are_digits(whole) && are_digits(fraction);
        let digits = is_amount.then(|| format!("{whole}{fraction:0<6}"))?;
        digits.parse().ok().map(Self)
    }

    /// In the provider's currency, for logs.
    pub(crate) fn decimal(self) -> String {
        let text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Amounts by country, and one for others.
#[derive(Clone, Debug)]
struct PerCountry {
    named: BTreeMap<String, Micros>,
    default: Option<Micros>,
}

impl PerCountry {
    fn of(&self, country: &str) -> Option<Micros> {
        self.named.get(country).copied().or(self.default)
    }
}

/// What the messages of a connection cost, and may cost in a day.
#[derive(Clone, Debug)]
pub struct Budget {
    prices: BTreeMap<String, Micros>,
    /// The price of a message to any other country.
    default_price: Micros,
    per_day: Option<Micros>,
    per_country: PerCountry,
}

impl Budget {
    pub(crate) fn price(&self, country: &str) -> Micros {
        self.prices.get(country).copied().unwrap_or(self.default_price)
    }

    /// What all messages of a day may cost.
    pub(crate) fn per_day(&self) -> Option<Micros> {
        self.per_day
    }

    /// What those to a country may cost.
    pub(crate) fn per_country_per_day(&self, country: &str) -> Option<Micros> {
        self.per_country.of(country)
    }
}

/// As it is in the file.
#[derive(Deserialize)]
pub(super) struct BudgetEntry {
    #[serde(default)]
    prices: BTreeMap<String, f64>,
    per_day: Option<f64>,
    #[serde(default)]
    per_country_per_day: BTreeMap<String, f64>,
}

impl BudgetEntry {
    pub(super) fn check(&self, path: &str) -> Result<Budget, ConfigError> {
        let prices = per_country(&self.prices, &format!("{path}.prices"))?;
        let default_price = prices.default.ok_or_else(|| {
            invalid(format!("{path}.prices"), "has no default: the price of a message to a country that is not named")
        })?;
        let per_day = self.per_day.map(|amount| micros(amount, &format!("{path}.per_day"))).transpose()?;
        let per_country = per_country(&self.per_country_per_day, &format!("{path}.per_country_per_day"))?;
        if per_day.is_none() && self.per_country_per_day.is_empty() {
            return Err(invalid(path, "has no limit: per_day, or per_country_per_day, or both are needed"));
        }
        Ok(Budget { prices: prices.named, default_price, per_day, per_country })
    }
}

fn per_country(entries: &BTreeMap<String, f64>, path: &str) -> Result<PerCountry, ConfigError> {
    let (mut named, mut default) = (BTreeMap::new(), None);
    for (country, amount) in entries {
        let path = format!("{path}.{country}");
        let amount = micros(*amount, &path)?;
        if country == DEFAULT {
            default = Some(amount);
        } else if phone_number::is_country(country) {
            named.insert(country.clone(), amount);
        } else {
            return Err(invalid(path, "is no country: ISO 3166 codes such as DE are meant, or default"));
        }
    }
    Ok(PerCountry { named, default })
}

/// The shortest decimal number that is read as this one is the one in the file.
fn micros(amount: f64, path: &str) -> Result<Micros, ConfigError> {
    let problem = "must be an amount such as 0.0083, with at most six decimals";
    Micros::parse(&amount.to_string()).ok_or_else(|| invalid(path, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (amount, micros) in
            [(0.0083, 8_300), (0.1, 100_000), (50.0, 50_000_000), (0.000_001, 1), (0.0, 0), (1234.5, 1_234_500_000)]
        {
            assert_eq!(Micros::parse(&f64::to_string(&amount)), Some(Micros(micros)), "{amount}");
        }
        for amount in [-1.0, 0.000_000_1, f64::NAN, f64::INFINITY, 1e10] {
            assert_eq!(Micros::parse(&amount.to_string()), None, "{amount}");
        }
        assert_eq!(Micros(8_300).decimal(), "0.0083");
        assert_eq!(Micros(50_000_000).decimal(), "50");
    }
}
