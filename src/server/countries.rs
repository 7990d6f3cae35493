//! The list of countries in the language of a page: libphonenumber's regions, the Unicode CLDR's names, and common other
//! names.

use super::{languages::Language, memo::Memo};
use crate::{
    Country,
    country::{Countries, CountryEntry},
    fold::fold,
    phone_number::{preview, typed::Typed},
};
use icu_locale::{Locale, locale, names::RegionDisplayName, subtags::Region as Subtag};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use std::sync::LazyLock;
use thiserror::Error;

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
/// Prefixes that are dialled before a number inside its country.
const TRUNK_PREFIXES: [&str; 5] = ["06", "02", "8", "1", "0"];
/// Prefixes that are dialled before a number of another country; `00` almost everywhere.
const IDD_PREFIXES: [&str; 9] = ["00", "011", "010", "0011", "810", "001", "009", "119", "002"];

/// The part of an entry that does not depend on the language.
struct Row {
    country: Country,
    dial_code: String,
    /// `?` where removing a prefix does not make a national number an international one.
    trunk_prefix: String,
    /// Empty for `00`; `?` where each carrier has a prefix of its own.
    idd: &'static str,
    mobile_length: usize,
    /// As [`CountryEntry::groups`] has them; `a` without an example of a mobile number.
    groups: String,
    is_main: bool,
    /// Folded: the English name, the ISO code, and other names.
    words: Vec<String>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| PHONE_NUMBER_UTIL.get_supported_regions().filter_map(row).collect());

/// The lines of [`Countries`], by name.
static LINES: Memo<Language, Vec<(Country, String)>> = Memo::new(lines);

/// No country with a dialling code has this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the ISO 3166 code of a country with a dialling code")]
pub struct UnknownCountry;

impl Country {
    /// The country with this two-letter code, if libphonenumber knows it.
    ///
    /// # Errors
    /// [`UnknownCountry`] if it does not.
    pub fn supported(code: &str) -> Result<Self, UnknownCountry> {
        let country = Self::from_iso(code).map_err(|_| UnknownCountry)?;
        let region = country.iso().parse().map_err(|_| UnknownCountry)?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| country).ok_or(UnknownCountry)
    }
}

/// The international prefix of a country, in the form of [`CountryEntry::idd`].
pub(super) fn idd_of(country: Country) -> &'static str {
    ROWS.iter().find(|row| row.country == country).map_or("", |row| row.idd)
}

/// The countries that may be texted (all, if `allowed` is empty), by their names in a language.
pub(crate) fn in_language(language: Language, allowed: &[Country]) -> Countries {
    let lines = LINES.get(language);
    let lines = lines.iter().filter(|(country, _)| allowed.is_empty() || allowed.contains(country));
    Countries(lines.map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n"))
}

fn lines(language: Language) -> Vec<(Country, String)> {
    let mut rows: Vec<_> = ROWS.iter().map(|row| (name(row.country, &language.locale()), row)).collect();
    rows.sort_by_cached_key(|(name, _)| fold(name));
    rows.into_iter().map(|(name, row)| (row.country, row.line(&name))).collect()
}

impl Row {
    fn line(&self, name: &str) -> String {
        let mut words = vec![fold(name)];
        words.extend_from_slice(&self.words);
        words.dedup();
        let is_main = if self.is_main { "1" } else { "0" };
        let (length, words) = (self.mobile_length.to_string(), words.join(","));
        [
            self.country.iso(),
            &self.dial_code,
            &self.trunk_prefix,
            self.idd,
            &length,
            &self.groups,
            is_main,
            name,
            &words,
        ]
        .join("|")
    }
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

fn row(region: Region) -> Option<Row> {
    let country = Country::from_iso(&format!("{region:?}")).ok()?;
    let dial_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
    let is_main = PHONE_NUMBER_UTIL.get_region_for_country_code(dial_code) == Some(region);
    let dial_code = dial_code.to_string();
    let example = Example::of(region, &dial_code);
    let idd = idd(region);
    let mobile_length = example.as_ref().map_or(0, |example| example.national.len());
    let groups = example.as_ref().map_or_else(|| "a".to_owned(), Example::groups);
    let trunk_prefix = example.and_then(|example| example.trunk_prefix(country, &dial_code, idd));
    let trunk_prefix = trunk_prefix.unwrap_or("?").to_owned();
    Some(Row { country, dial_code, trunk_prefix, idd, mobile_length, groups, is_main, words: words(country) })
}

/// The international prefix by which libphonenumber reads foreign numbers.
fn idd(region: Region) -> &'static str {
    let is_read = |prefix: &&str| {
        let foreign = if region == Region::NZ { "61412345678" } else { "6421123456" };
        let read = PhoneNumber::parse(format!("{prefix}{foreign}"), Some(region));
        read.is_ok_and(|number| number.format_as(PhoneNumberFormat::E164).trim_start_matches('+') == foreign)
    };
    let found: Vec<_> = IDD_PREFIXES.into_iter().filter(is_read).collect();
    match found[..] {
        ["00"] => "",
        ["00", ..] | [] => "?",
        [first, ..] => first,
    }
}

fn words(country: Country) -> Vec<String> {
    let iso = country.iso();
    let aliases = ALIASES.iter().filter(|(code, _)| *code == iso).map(|(_, aliases)| (*aliases).to_owned());
    [fold(&name(country, &locale!("en"))), iso.to_lowercase()].into_iter().chain(aliases).collect()
}

/// libphonenumber's own example of a mobile number.
struct Example {
    region: Region,
    e164: String,
    /// As it is written inside the country.
    written: String,
    /// Without the dialling code.
    national: String,
    /// As it is written abroad.
    international: String,
}

impl Example {
    fn of(region: Region, dial_code: &str) -> Option<Self> {
        let number = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile).ok()?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let national = e164.trim_start_matches('+').strip_prefix(dial_code)?.to_owned();
        let written = number.format_as(PhoneNumberFormat::National).into_owned();
        let international = number.format_as(PhoneNumberFormat::International).into_owned();
        Some(Self { region, e164, written, national, international })
    }

    /// How libphonenumber groups it.
    fn groups(&self) -> String {
        let groups = self.international.split(|c: char| !c.is_ascii_digit());
        let (mut starts, mut position) = (String::new(), b'a');
        for group in groups.filter(|group| !group.is_empty()).skip(1) {
            starts.push(char::from(position));
            position += u8::try_from(group.len()).unwrap_or_default();
        }
        starts
    }

    /// The prefix that a national number loses abroad; `None` if removing a prefix is not enough.
    fn trunk_prefix(&self, country: Country, dial_code: &str, idd: &str) -> Option<&'static str> {
        let is_read = |prefix: &&str| {
            let read = PhoneNumber::parse(format!("{prefix}{}", self.national), Some(self.region));
            read.is_ok_and(|number| number.format_as(PhoneNumberFormat::E164) == self.e164)
        };
        let prefix = TRUNK_PREFIXES.into_iter().find(is_read).unwrap_or("");
        let entry = CountryEntry::for_preview(country, dial_code, prefix, (idd, self.national.len()), "a");
        let previewed = preview::preview(&Typed::read(&self.written, idd), &entry)?;
        (previewed.replace(' ', "") == self.e164).then_some(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::phone_number, *};
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

    /// Every previewed number is the one that the server sends without asking back, however it is written.
    #[test]
    fn the_preview_agrees_with_the_server() {
        let countries = english();
        let mut national = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let country = Country::from_iso(&format!("{region:?}")).unwrap();
            let entry = countries.entry(country).unwrap();
            let Some(example) = Example::of(region, entry.dial_code) else { continue };
            let Example { e164, written, national: bare, .. } = &example;
            let previewed = |text: &str| preview::preview(&Typed::read(text, entry.idd), &entry);
            let (plain, dial_code) = (e164.trim_start_matches('+'), entry.dial_code);
            for typed in [
                e164.clone(),
                format!("+{dial_code} {bare}"),
                format!("00{plain}"),
                format!("{}{plain}", entry.idd.replace('?', "+")),
                format!("+{dial_code} (0) {bare}"),
                format!("+{dial_code} 0{bare}"),
                format!("{e164} ext. 12"),
                format!("\u{200e}{written}\u{202c}"),
                written.clone(),
                bare.clone(),
                plain.to_owned(),
            ] {
                let Some(shown) = previewed(&typed) else { continue };
                let read = phone_number::read(&typed, country, phone_number::ALL)
                    .map(|number| (number.e164, number.certainty));
                let shown = crate::PhoneNumber::parse(&shown.replace(' ', "")).unwrap();
                assert_eq!(read, Ok((shown, phone_number::Certainty::Sure)), "{region:?} {typed}");
            }
            let display = phone_number::read(e164, country, phone_number::ALL).map(|number| number.display);
            assert_eq!(previewed(e164), display.ok(), "{region:?}");
            national += usize::from(previewed(written).is_some());
        }
        assert!(national > 230, "only {national} regions have a preview of national numbers");
    }
}
