//! The list of countries in the language of a page: libphonenumber's regions, the Unicode CLDR's names, and common other
//! names.

#[cfg(test)]
mod table;

use super::{languages::Language, memo::Memo};
use crate::{Country, country::Countries, fold::fold};
use icu_locale::{Locale, locale, names::RegionDisplayName, subtags::Region as Subtag};
use thiserror::Error;

/// Each country in the form of [`Countries`], up to its name: what does not depend on the language. libphonenumber would
/// have to compile the expressions of all countries for it; the tests in `countries/table.rs` do, and write the file.
const TABLE: &str = include_str!("countries/table.txt");

/// Names besides those of the language, the English one and the ISO code.
const ALIASES: [(&str, &str); 24] = [
    ("AE", "uae"),
    ("AT", "osterreich"),
    ("BA", "bosnia"),
    ("BR", "brasil"),
    ("CD", "drc,zaire"),
    ("CH", "schweiz,suisse,svizzera"),
    ("CI", "cote d'ivoire"),
    ("CN", "prc,mainland china"),
    ("CZ", "czech republic,cesko"),
    ("DE", "deutschland"),
    ("ES", "espana"),
    ("FI", "suomi"),
    ("GB", "uk,great britain,england,scotland,wales,northern ireland,britain"),
    ("GR", "hellas"),
    ("IT", "italia"),
    ("KR", "korea,republic of korea"),
    ("MK", "macedonia"),
    ("MM", "burma"),
    ("NL", "holland,nederland"),
    ("PL", "polska"),
    ("RU", "russian federation"),
    ("SZ", "swaziland"),
    ("TR", "turkey,turkiye"),
    ("US", "usa,america,united states of america"),
];

/// Better known by their short names: `Hong Kong` is `Hong Kong SAR China` otherwise.
const SHORT: [&str; 3] = ["HK", "MO", "PS"];

/// The lines of [`Countries`], by name.
static LINES: Memo<Language, Vec<(Country, String)>> = Memo::new(lines);

/// No country with a dialling code has this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the ISO 3166 code of a country with a dialling code")]
pub struct UnknownCountry;

impl Country {
    /// The country with this two-letter code, if it has a dialling code.
    ///
    /// # Errors
    /// [`UnknownCountry`] if it does not.
    pub fn supported(code: &str) -> Result<Self, UnknownCountry> {
        let country = Self::from_iso(code).map_err(|_| UnknownCountry)?;
        row_of(country).map(|_| country).ok_or(UnknownCountry)
    }
}

/// The international prefix of a country, in the form of `CountryEntry::idd`.
pub(super) fn idd_of(country: Country) -> &'static str {
    row_of(country).and_then(|row| row.split('|').nth(3)).unwrap_or_default()
}

/// The countries that may be texted (all, if `allowed` is empty), by their names in a language.
pub(crate) fn in_language(language: Language, allowed: &[Country]) -> Countries {
    let lines = LINES.get(language);
    let lines = lines.iter().filter(|(country, _)| allowed.is_empty() || allowed.contains(country));
    Countries(lines.map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n"))
}

fn lines(language: Language) -> Vec<(Country, String)> {
    let mut rows: Vec<_> = rows().map(|(country, row)| (name(country, &language.locale()), country, row)).collect();
    rows.sort_by_cached_key(|(name, ..)| fold(name));
    rows.into_iter().map(|(name, country, row)| (country, line(country, row, &name))).collect()
}

fn row_of(country: Country) -> Option<&'static str> {
    TABLE.lines().find(|row| row.starts_with(country.iso()))
}

/// The countries, and what the table has of each.
fn rows() -> impl Iterator<Item = (Country, &'static str)> {
    TABLE.lines().filter_map(|row| Some((Country::from_iso(row.split('|').next()?).ok()?, row)))
}

fn line(country: Country, row: &str, name: &str) -> String {
    let mut words = vec![fold(name)];
    words.extend(other_names(country));
    words.dedup();
    [row, name, &words.join(",")].join("|")
}

/// Folded: the English name, the ISO code, and other names.
fn other_names(country: Country) -> impl Iterator<Item = String> {
    let iso = country.iso();
    let aliases = ALIASES.iter().find(|(code, _)| *code == iso).map(|(_, aliases)| (*aliases).to_owned());
    [fold(&name(country, &locale!("en"))), iso.to_lowercase()].into_iter().chain(aliases)
}

/// The name of a country in a language, or else in English, or else its code.
fn name(country: Country, locale: &Locale) -> String {
    let code = country.iso();
    let Ok(region) = Subtag::try_from_str(code) else { return code.to_owned() };
    let named = |locale: &Locale| {
        if SHORT.contains(&code) {
            RegionDisplayName::try_new_short_light(locale.into(), region)
        } else {
            RegionDisplayName::try_new_light(locale.into(), region)
        }
    };
    let name =
        named(locale).or_else(|_| named(&locale!("en"))).map_or_else(|_| code.to_owned(), |name| name.to_string());
    name.replace(['|', ','], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rlibphonenumber::PHONE_NUMBER_UTIL;
    use std::collections::HashSet;

    fn english() -> Countries {
        in_language(Language::default(), &[])
    }

    fn found(query: &str) -> Vec<String> {
        english().find(&fold(query)).iter().map(|entry| entry.country.iso().to_owned()).collect()
    }

    #[test]
    fn every_region_of_libphonenumber_is_listed_once() {
        for language in Language::all() {
            let countries = in_language(language, &[]);
            let codes: HashSet<_> = countries.iter().map(|entry| entry.country).collect();
            let names: HashSet<_> = countries.iter().map(|entry| entry.name).collect();
            let count = PHONE_NUMBER_UTIL.get_supported_regions().count();
            assert_eq!(
                (codes.len(), names.len(), countries.iter().count()),
                (count, count, count),
                "{}",
                language.tag()
            );
        }
    }

    #[test]
    fn a_country_is_found_by_every_name_it_goes_by() {
        for (query, country) in [
            ("United Kingdom", "GB"),
            ("uk", "GB"),
            ("England", "GB"),
            ("usa", "US"),
            ("america", "US"),
            ("deutschland", "DE"),
            ("holland", "NL"),
            ("Côte d’Ivoire", "CI"),
            ("cote d", "CI"),
            ("espana", "ES"),
            ("Schweiz", "CH"),
            ("kosovo", "XK"),
            ("de", "DE"),
            ("GB", "GB"),
            ("+44", "GB"),
            ("49", "DE"),
            ("1", "US"),
            ("türkiye", "TR"),
            ("turkey", "TR"),
            ("Åland", "AX"),
            ("aland", "AX"),
            ("zealand", "NZ"),
            ("korea", "KR"),
        ] {
            assert_eq!(found(query).first().map(String::as_str), Some(country), "{query}");
        }
        assert!(found("atlantis").is_empty() && found("999").is_empty());
        assert_eq!(found("").len(), english().iter().count());
    }

    #[test]
    fn country_is_supported_if_it_has_a_dialling_code() {
        assert_eq!(Country::supported("gb").map(String::from).as_deref(), Ok("GB"));
        for code in ["ZZ", "AQ", "England", ""] {
            assert_eq!(Country::supported(code), Err(UnknownCountry), "{code}");
        }
    }

    #[test]
    fn names_are_those_of_the_language() {
        let germany = Country::from_iso("DE").unwrap();
        let name = |tag: &str| {
            let countries = in_language(Language::from_tag(tag).unwrap(), &[]);
            countries.entry(germany).map(|entry| entry.name.to_owned())
        };
        assert_eq!(name("de").as_deref(), Some("Deutschland"));
        assert_eq!(name("fr").as_deref(), Some("Allemagne"));
        assert_eq!(name("ja").as_deref(), Some("ドイツ"));
        assert_eq!(name("zh-tw").as_deref(), Some("德國"));
    }

    #[test]
    fn only_allowed_countries_are_listed() {
        let allowed = ["DE", "AT"].map(|code| Country::from_iso(code).unwrap());
        let codes: Vec<_> = in_language(Language::default(), &allowed).iter().map(|entry| entry.country).collect();
        assert_eq!(codes, [allowed[1], allowed[0]]);
    }

    #[test]
    fn an_international_number_chooses_its_country() {
        let countries = english();
        let us = Country::default();
        let of = |digits: &str| countries.of_international(digits, us).map(|country| country.iso().to_owned());
        assert_eq!(of("447911123456").as_deref(), Some("GB"));
        assert_eq!(of("4479").as_deref(), Some("GB"));
        assert_eq!(of("14155552671").as_deref(), Some("US"));
        assert_eq!(of("35818").as_deref(), Some("FI"));
        assert_eq!(of("0"), None);
        let canada = Country::from_iso("CA").unwrap();
        assert_eq!(countries.of_international("1416", canada), Some(canada));
    }
}
