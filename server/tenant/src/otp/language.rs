//! The language of a message.

use http::{HeaderMap, HeaderName};

use crate::http::accept_language::preferred;

const X_REQUEST_LANGUAGE: HeaderName = HeaderName::from_static("x-request-language");

/// Longest tag that anyone needs: RFC 5646 section 4.4.1.
const MAX_LENGTH: usize = 35;

/// `x-request-language`, else the preferred tag of `accept-language`, else `en`.
///
/// <https://auth0.com/docs/authenticate/passwordless/authentication-methods/sms-otp>
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language(String);

impl Language {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let requested = headers.get(X_REQUEST_LANGUAGE).and_then(|value| value.to_str().ok());
        let preferred = || Self::parse(preferred(headers).first()?);
        requested.and_then(Self::parse).or_else(preferred).unwrap_or_else(|| Self("en".to_owned()))
    }

    /// The language of the tenant's own page.
    pub(crate) fn of_page(tag: &str) -> Self {
        Self::parse(tag).unwrap_or_else(|| Self("en".to_owned()))
    }

    /// Takes words such as `dutch` too: templates compare what the application sends.
    fn parse(text: &str) -> Option<Self> {
        let tag = text.trim();
        let is_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (!tag.is_empty() && tag.len() <= MAX_LENGTH && tag.chars().all(is_tag)).then(|| Self(tag.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn language(asked: &str, accepted: &str) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in [(X_REQUEST_LANGUAGE, asked), (header::ACCEPT_LANGUAGE, accepted)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        Language::of(&headers).0
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
            assert_eq!(language(asked, accepted), expected, "{asked} {accepted}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_breaks_it(asked in "[ -~]{0,60}", accepted in "([ -~]{0,12}(;q=[0-9.a]{0,5})?,?){0,6}") {
            let language = language(&asked, &accepted);
            proptest::prop_assert!((1..=MAX_LENGTH).contains(&language.len()));
        }
    }
}
