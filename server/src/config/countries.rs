//! The countries that may be texted, and those that are proposed where the operator names none.

use super::Config;
use leptos_passwordless::{
    Country,
    server::{Language, UnknownCountry},
};
use std::str::FromStr;

/// `LIMIT_COUNTRIES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServedCountries {
    /// `all`, said on purpose.
    All,
    /// Only these.
    Only(Vec<Country>),
}

impl FromStr for ServedCountries {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        text.split(',').map(Country::supported).collect::<Result<_, _>>().map(Self::Only)
    }
}

impl Config {
    /// The countries that may be texted; all if empty.
    pub(crate) fn countries(&self) -> &[Country] {
        match &self.limit_countries {
            Some(ServedCountries::Only(countries)) => countries,
            Some(ServedCountries::All) | None => &[],
        }
    }

    /// What to set `LIMIT_COUNTRIES` to, as far as the app's region and language tell; otherwise an example.
    pub(super) fn proposed_countries(&self) -> String {
        let region = self.lock.default_location;
        let language = self.lock.lock_language.and_then(Language::main_country);
        let mut countries: Vec<_> = region.into_iter().chain(language).collect();
        countries.dedup();
        if countries.is_empty() {
            return "DE,AT,CH".to_owned();
        }
        countries.iter().map(Country::iso).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser;

    fn proposed(arguments: &[&str]) -> Option<String> {
        let cli = Cli::try_parse_from(["passwordless"].iter().chain(arguments)).ok()?;
        Some(cli.config.proposed_countries())
    }

    #[test]
    fn proposed_countries_are_those_of_region_and_language() {
        for (arguments, expected) in [
            (&["--default-location", "AT", "--lock-language", "de"][..], "AT,DE"),
            (&["--default-location", "DE", "--lock-language", "de"], "DE"),
            (&["--lock-language", "ja"], "JP"),
            (&["--default-location", "GB", "--lock-language", "en"], "GB"),
            (&[], "DE,AT,CH"),
        ] {
            assert_eq!(proposed(arguments).as_deref(), Some(expected), "{arguments:?}");
        }
    }

    #[test]
    fn all_countries_are_served_where_the_operator_says_so_or_nothing() {
        for (arguments, served, is_set) in
            [(&[][..], 0, false), (&["--limit-countries", "all"], 0, true), (&["--limit-countries", "DE,AT"], 2, true)]
        {
            let cli = Cli::try_parse_from(["passwordless"].iter().chain(arguments));
            let found = cli.map(|cli| (cli.config.countries().len(), cli.config.limit_countries.is_some()));
            assert!(found.is_ok_and(|found| found == (served, is_set)), "{arguments:?}");
        }
        for wrong in ["DE,all", "XX", "", "DE,"] {
            assert!(Cli::try_parse_from(["passwordless", "--limit-countries", wrong]).is_err(), "{wrong}");
        }
    }
}
