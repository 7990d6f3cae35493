//! The language of a message.

use http::{HeaderMap, HeaderName};

use super::standard_text;
use crate::http::accept_language::preferred;

const X_REQUEST_LANGUAGE: HeaderName = HeaderName::from_static("x-request-language");

/// Longest tag that anyone needs: RFC 5646 section 4.4.1.
const MAX_LENGTH: usize = 35;

/// `x-request-language`, else the preferred tag of `accept-language`, else `en`.
///
/// <https://auth0.com/docs/authenticate/passwordless/authentication-methods/sms-otp>
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    tag: String,
    standard_text: &'static str,
}

impl Language {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let requested = headers.get(X_REQUEST_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(parse);
        let preferred = || preferred(headers).into_iter().filter_map(parse).collect();
        Self::first_of(&requested.map_or_else(preferred, |tag| vec![tag]))
    }

    /// The language of the tenant's own page.
    pub(crate) fn of_page(tag: &str) -> Self {
        Self::first_of(&parse(tag).into_iter().collect::<Vec<_>>())
    }

    fn first_of(tags: &[&str]) -> Self {
        // A browser's second language is read better than English.
        let standard_text = tags.iter().find_map(|tag| standard_text::in_language(tag));
        Self {
            tag: (*tags.first().unwrap_or(&"en")).to_owned(),
            standard_text: standard_text.unwrap_or(standard_text::ENGLISH),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.tag
    }

    /// The standard text in this language, with macros.
    pub(crate) fn standard_text(&self) -> &'static str {
        self.standard_text
    }
}

/// Takes words such as `dutch` too: templates compare what the application sends.
fn parse(text: &str) -> Option<&str> {
    let tag = text.trim();
    let is_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!tag.is_empty() && tag.len() <= MAX_LENGTH && tag.chars().all(is_tag)).then_some(tag)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn language(asked: &str, accepted: &str) -> Language {
        let mut headers = HeaderMap::new();
        for (name, value) in [(X_REQUEST_LANGUAGE, asked), (header::ACCEPT_LANGUAGE, accepted)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        Language::of(&headers)
    }

    #[test]
    fn the_application_decides_then_the_browser() {
        for (asked, accepted, expected) in [
            ("de-AT", "fr", "de-AT"),
            ("dutch", "", "dutch"),
            ("", "fr-FR, fr;q=0.9, en;q=0.8", "fr-FR"),
            ("", "en;q=0.5, de;q=0.7, *;q=1", "de"),
            ("", "de;q=0, nonsense;q=x", "en"),
            ("{{ code }}", "it", "it"),
            ("", "", "en"),
        ] {
            assert_eq!(language(asked, accepted).as_str(), expected, "{asked} {accepted}");
        }
    }

    #[test]
    fn standard_text_is_that_of_the_first_language_that_has_one() {
        for (asked, accepted, expected) in [
            ("de-AT", "fr", "de"),
            ("tlh", "fr", "en"),
            ("", "tlh, gsw;q=0.9, fr;q=0.8, de;q=0.7", "fr"),
            ("", "tlh", "en"),
            ("", "", "en"),
        ] {
            let text = standard_text::in_language(expected);
            assert_eq!(Some(language(asked, accepted).standard_text()), text, "{asked} {accepted}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_breaks_it(asked in "[ -~]{0,60}", accepted in "([ -~]{0,12}(;q=[0-9.a]{0,5})?,?){0,6}") {
            let language = language(&asked, &accepted);
            proptest::prop_assert!((1..=MAX_LENGTH).contains(&language.as_str().len()));
        }
    }
}
