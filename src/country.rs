//! Countries by their ISO 3166 code, and the list of them in a page.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A country or territory, by its ISO 3166 code.
///
/// The form of the code alone is checked here: which codes are countries with a dialling code is in libphonenumber's
/// metadata, which only the server has (`Country::supported`).
///
/// ```
/// use leptos_passwordless::Country;
///
/// assert_eq!(Country::from_iso("gb")?.iso(), "GB");
/// assert!(Country::from_iso("England").is_err());
/// # Ok::<(), leptos_passwordless::InvalidCountryCode>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is not a two-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an ISO 3166 code: two letters are expected")]
pub struct InvalidCountryCode;

impl Country {
    /// The country with this two-letter code, in upper or lower case.
    ///
    /// # Errors
    /// [`InvalidCountryCode`] if it is not two ASCII letters.
    pub fn from_iso(code: &str) -> Result<Self, InvalidCountryCode> {
        let [first, second] = code.as_bytes() else { return Err(InvalidCountryCode) };
        let country = Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]);
        if country.0.iter().all(u8::is_ascii_alphabetic) { Ok(country) } else { Err(InvalidCountryCode) }
    }

    /// The ISO 3166 code, such as `US`.
    pub fn iso(&self) -> &str {
        // Two ASCII letters always are a str.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Default for Country {
    /// The United States, which Lock falls back to as well.
    fn default() -> Self {
        Self(*b"US")
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.iso())
    }
}

impl TryFrom<String> for Country {
    type Error = InvalidCountryCode;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_iso(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.iso().to_owned()
    }
}

/// The countries to choose from, with their names in the language of the page; one text, which costs the client nothing
/// to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Countries(pub(crate) String);

/// A match of one word among several.
const WORST_RANK: u8 = 2;

/// One country of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountryEntry<'a> {
    /// The country.
    pub country: Country,
    /// The dialling code, such as `44`.
    pub dial_code: &'a str,
    /// The trunk prefix, which a national number loses when dialled from abroad, such as `0`; `None` where removing a prefix
    /// is not enough.
    pub trunk_prefix: Option<&'a str>,
    /// The international prefix, where it is not `00`; `?` where each carrier has its own.
    pub idd: &'a str,
    /// Digits of a mobile number, without the dialling code.
    pub mobile_length: usize,
    /// Where its groups of digits begin: `adg` for the first, the fourth and the seventh digit.
    pub groups: &'a str,
    /// Whether it is the first of those that share a dialling code.
    pub is_main: bool,
    /// The name in the language of the page.
    pub name: &'a str,
    /// Other names, folded for the search and separated by commas: the English one, common ones, the ISO code.
    words: &'a str,
}

impl Countries {
    /// The countries, by name.
    pub fn iter(&self) -> impl Iterator<Item = CountryEntry<'_>> {
        self.0.lines().filter_map(CountryEntry::read)
    }

    /// The entry of a country.
    pub fn entry(&self, country: Country) -> Option<CountryEntry<'_>> {
        self.iter().find(|entry| entry.country == country)
    }

    /// The countries that match `query`, best first: by a name or the beginning of one of its words, another name of
    /// the country, its ISO code, or a dialling code. `query` is in lower case and without diacritics.
    pub fn find(&self, query: &str) -> Vec<CountryEntry<'_>> {
        let query = query.trim();
        let mut found = Vec::new();
        for rank in 0..=WORST_RANK {
            for entry in self.iter() {
                if entry.rank(query) == Some(rank) {
                    found.push(entry);
                }
            }
        }
        found
    }

    /// The country of a number in international form: `current`, if it shares the dialling code.
    pub fn of_international(&self, digits: &str, current: Country) -> Option<Country> {
        let mut best = None;
        let mut best_rank = (0, 0);
        for entry in self.iter() {
            // The longest dialling code, then the country that is chosen, then the first of those that share the code.
            let preference = if entry.country == current { 3 } else { 1 + u8::from(entry.is_main) };
            let rank = (entry.dial_code.len(), preference);
            if digits.starts_with(entry.dial_code) && rank > best_rank {
                (best, best_rank) = (Some(entry.country), rank);
            }
        }
        best
    }
}

impl<'a> CountryEntry<'a> {
    /// The text of the closed picker; the mark keeps the plus before the digits in right-to-left text.
    pub fn label(&self) -> String {
        [self.name, " (\u{200e}+", self.dial_code, ")"].concat()
    }

    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.split('|');
        let mut next = || fields.next();
        Some(Self {
            country: Country::from_iso(next()?).ok()?,
            dial_code: next()?,
            trunk_prefix: Some(next()?).filter(|prefix| *prefix != "?"),
            idd: next()?,
            mobile_length: next()?.parse().ok()?,
            groups: next()?,
            is_main: next()? == "1",
            name: next()?,
            words: next()?,
        })
    }

    /// How well it matches a folded query: the lower, the better.
    fn rank(&self, query: &str) -> Option<u8> {
        let digits = query.trim_start_matches('+');
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.dial_code.starts_with(digits).then_some(u8::from(!self.is_main));
        }
        let names = || self.words.split(',');
        if query.is_empty() || names().any(|name| name == query) {
            Some(0)
        } else if names().any(|name| name.starts_with(query)) {
            Some(1)
        } else if names().any(|name| has_word(name, query)) {
            Some(WORST_RANK)
        } else {
            None
        }
    }
}

/// Whether one of the words after the first begins with `query`.
fn has_word(name: &str, query: &str) -> bool {
    name.split([' ', '-', '(', '\'', '’']).any(|word| word.starts_with(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_takes_any_two_letters_with_every_feature() {
        for code in ["US", "de", "ZZ"] {
            assert_eq!(Country::from_iso(code).map(String::from), Ok(code.to_uppercase()));
        }
        for text in ["", "D", "DEU", "D1", "d\u{fc}"] {
            assert_eq!(Country::from_iso(text), Err(InvalidCountryCode), "{text}");
        }
    }
}
