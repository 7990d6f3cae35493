//! The list of countries in the language of a page: libphonenumber's regions, the Unicode CLDR's names, and what else
//! people call them.

use super::{languages::Language, per_language::PerLanguage};
use crate::{
    Country,
    country::{Countries, CountryEntry},
    fold::fold,
    phone_number::preview,
};
use icu_locale::{Locale, locale, names::RegionDisplayName, subtags::Region as Subtag};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use std::sync::LazyLock;

/// Names beside those of the language, the English one and the ISO code.
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
/// What people dial before a number inside their country.
const TRUNK_PREFIXES: [&str; 5] = ["06", "02", "8", "1", "0"];

/// What does not depend on the language.
struct Row {
    country: Country,
    dial_code: String,
    /// `?` where no prefix tells how a national number is dialled from abroad.
    trunk_prefix: String,
    is_main: bool,
    /// Folded: the English name, the ISO code, and what else people call it.
    words: Vec<String>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| PHONE_NUMBER_UTIL.get_supported_regions().filter_map(row).collect());

/// The lines of [`Countries`], by name.
static LINES: PerLanguage<Vec<(Country, String)>> = PerLanguage::new(lines);

/// The dialling code of a country.
pub(crate) fn dial_code(country: Country) -> Option<u16> {
    let region = country.iso().parse().ok()?;
    u16::try_from(PHONE_NUMBER_UTIL.get_country_code_for_region(region)?).ok()
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
        [self.country.iso(), &self.dial_code, &self.trunk_prefix, is_main, name, &words.join(",")].join("|")
    }
}

/// The name of a country in a language; English where the language has none, the code where nobody has one.
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
    let trunk_prefix = trunk_prefix(region, country, &dial_code).unwrap_or("?").to_owned();
    Some(Row { country, dial_code, trunk_prefix, is_main, words: words(country) })
}

fn words(country: Country) -> Vec<String> {
    let iso = country.iso();
    let aliases = ALIASES.iter().filter(|(code, _)| *code == iso).map(|(_, aliases)| (*aliases).to_owned());
    [fold(&name(country, &locale!("en"))), iso.to_lowercase()].into_iter().chain(aliases).collect()
}

/// The prefix that a national number loses abroad, as libphonenumber reads its own example; `None` where leaving out a
/// prefix is not all.
fn trunk_prefix(region: Region, country: Country, dial_code: &str) -> Option<&'static str> {
    let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile).ok()?;
    let wanted = example.format_as(PhoneNumberFormat::E164).into_owned();
    let rest = wanted.trim_start_matches('+').strip_prefix(dial_code)?.to_owned();
    let is_read = |typed: &str| {
        PhoneNumber::parse(typed, Some(region)).is_ok_and(|number| number.format_as(PhoneNumberFormat::E164) == wanted)
    };
    let prefix = TRUNK_PREFIXES.into_iter().find(|prefix| is_read(&format!("{prefix}{rest}"))).unwrap_or("");
    let entry = CountryEntry::for_preview(country, dial_code, prefix);
    let previewed = preview::preview(&example.format_as(PhoneNumberFormat::National), &entry)?;
    (previewed.replace(' ', "") == wanted).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
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

    /// What the browser shows is what the server will send, for every region's example.
    #[test]
    fn the_preview_agrees_with_libphonenumber() {
        let countries = english();
        let mut national = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let entry = countries.entry(Country::from_iso(&format!("{region:?}")).unwrap()).unwrap();
            let Ok(example) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
            else {
                continue;
            };
            let wanted = example.format_as(PhoneNumberFormat::E164).into_owned();
            let previewed = |text: &str| preview::preview(text, &entry).map(|number| number.replace(' ', ""));
            for typed in [
                wanted.clone(),
                example.format_as(PhoneNumberFormat::International).into_owned(),
                wanted.replace('+', "00"),
            ] {
                let expected = Some(&wanted).filter(|_| !typed.starts_with("001"));
                assert_eq!(previewed(&typed).as_ref(), expected, "{region:?} {typed}");
            }
            if let Some(shown) = previewed(&example.format_as(PhoneNumberFormat::National)) {
                assert_eq!(shown, wanted, "{region:?}");
                national += 1;
            }
        }
        assert!(national > 230, "only {national} regions have a preview of national numbers");
    }
}
