//! The country that a dialog begins with, guessed from the languages that the browser accepts.

use super::languages::{Language, accepted_tags};
use crate::Country;
use http::HeaderMap;
use icu_locale::{LanguageIdentifier, LocaleExpander, subtags::language};

/// The one that is set, or a guess, if it is one of those offered (all if empty); or else the browser would select the first of
/// the list.
pub(super) fn first_country(set: Option<Country>, offered: &[Country], headers: &HeaderMap) -> Country {
    let is_offered = |country: &Country| offered.is_empty() || offered.contains(country);
    let guess = set.or_else(|| country_of(headers)).filter(is_offered);
    guess.or_else(|| offered.first().copied()).unwrap_or_default()
}

impl Language {
    /// The country where the language is mostly spoken, if it is known; English has none, as it is spoken everywhere.
    #[must_use]
    pub fn main_country(self) -> Option<Country> {
        main_country(locale(self.tag())?)
    }
}

/// A guess from the accepted languages: the region that one names, or where it is mostly spoken.
fn country_of(headers: &HeaderMap) -> Option<Country> {
    let named = accepted_tags(headers).find_map(|tag| Country::supported(locale(tag)?.region?.as_str()).ok());
    named.or_else(|| main_country(locale(accepted_tags(headers).next()?).filter(|locale| locale.region.is_none())?))
}

fn main_country(mut locale: LanguageIdentifier) -> Option<Country> {
    if locale.language == language!("en") {
        return None;
    }
    LocaleExpander::new_common().maximize(&mut locale);
    Country::supported(locale.region?.as_str()).ok()
}

fn locale(tag: &str) -> Option<LanguageIdentifier> {
    LanguageIdentifier::try_from_locale_bytes(tag.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header::ACCEPT_LANGUAGE};

    fn country(languages: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(languages));
        country_of(&headers).unwrap_or_default().into()
    }

    #[test]
    fn the_country_is_guessed_from_the_language() {
        assert_eq!(country("de-AT,de;q=0.9,en-US;q=0.8"), "AT");
        assert_eq!(country("zh-Hant-TW"), "TW");
        assert_eq!(country("en, fr-CH;q=0.3"), "CH");
        assert_eq!(country("*"), "US");
        assert_eq!(country_of(&HeaderMap::new()), None);
    }

    #[test]
    fn settings_of_a_language_are_no_country() {
        for (languages, expected) in [
            ("de-u-co-phonebk", "DE"),
            ("th-u-ca-buddhist", "TH"),
            ("ar-u-nu-latn", "EG"),
            ("no", "NO"),
            ("ja", "JP"),
            ("zh-Hant", "TW"),
            ("es-419", "US"),
            ("en", "US"),
        ] {
            assert_eq!(country(languages), expected, "{languages}");
        }
    }

    #[test]
    fn languages_have_a_main_country() {
        let country = |tag| Language::from_tag(tag).ok().and_then(Language::main_country).map(String::from);
        for (tag, expected) in [("de", Some("DE")), ("pt-br", Some("BR")), ("zh-tw", Some("TW")), ("en", None)] {
            assert_eq!(country(tag).as_deref(), expected, "{tag}");
        }
        let without: Vec<_> =
            Language::all().filter(|language| language.main_country().is_none()).map(Language::tag).collect();
        assert_eq!(without, ["en", "nb"], "CLDR's common locales have `no` in its place");
    }

    #[test]
    fn the_first_country_is_one_that_is_offered() {
        let offered = ["DE", "AT", "CH"].map(|code| Country::from_iso(code).unwrap());
        let first = |languages| {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(languages))]);
            first_country(None, &offered, &headers).iso().to_owned()
        };
        assert_eq!(first("en-US"), "DE", "the operator's first");
        assert_eq!(first("fr-CH"), "CH");
    }
}
