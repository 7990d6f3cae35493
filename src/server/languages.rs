//! The languages of the dialog, and the choice among them.

use super::memo::Memo;
use crate::messages::{Messages, Text};
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use icu_locale::{Locale, LocaleDirectionality};
use std::collections::HashMap;
use thiserror::Error;

macro_rules! dictionaries {
    ($($tag:literal)*) => { &[$(($tag, include_str!(concat!("../messages/", $tag, ".json")))),*] };
}

/// BCP 47 tags in lower case, and the dictionaries.
static DICTIONARIES: &[(&str, &str)] = dictionaries! {
    "af" "ar" "az" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "fa" "fi" "fr" "he" "hi" "hr" "hu" "id" "it" "ja" "ko"
    "lt" "lv" "ms" "nb" "nl" "nn" "pl" "pt" "pt-br" "ro" "ru" "sk" "sl" "sr" "sv" "th" "tr" "uk" "vi" "zh" "zh-tw"
};

/// Tags that mean one of these, including Lock's aliases.
const ALIASES: [(&str, &str); 7] = [
    ("no", "nb"),
    ("ua", "uk"),
    ("iw", "he"),
    ("in", "id"),
    ("zh-hant", "zh-tw"),
    ("zh-hk", "zh-tw"),
    ("zh-mo", "zh-tw"),
];

/// The cookie by which an app lets its users choose a language.
pub(super) const COOKIE: &str = "language";

static MESSAGES: Memo<Language, Messages> = Memo::new(Language::read);

/// A language that the dialog speaks.
///
/// ```
/// use leptos_passwordless::server::{Language, UnknownLanguage};
///
/// assert_eq!(Language::from_tag("de-AT")?.tag(), "de");
/// assert_eq!(Language::from_tag("tlh"), Err(UnknownLanguage));
/// # Ok::<(), UnknownLanguage>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language(&'static str);

/// The dialog does not speak this language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no language of the dialog: a tag such as `de` or `pt-br` is expected")]
pub struct UnknownLanguage;

impl Language {
    /// Every language.
    pub fn all() -> impl Iterator<Item = Self> {
        DICTIONARIES.iter().map(|(tag, _)| Self(tag))
    }

    /// The language that a BCP 47 tag means, or the nearest more general one: `de-AT` is served with `de`.
    ///
    /// # Errors
    /// [`UnknownLanguage`] if the dialog does not speak it.
    pub fn from_tag(tag: &str) -> Result<Self, UnknownLanguage> {
        let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
        let mut rest = tag.as_str();
        loop {
            if let Some(language) = Self::exactly(rest) {
                return Ok(language);
            }
            rest = rest.rsplit_once('-').ok_or(UnknownLanguage)?.0;
        }
    }

    /// The first accepted language that the dialog has.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        accepted_tags(headers).find_map(|tag| Self::from_tag(tag).ok())
    }

    /// The language of a page: the one that the app sets, the one of the cookie [`COOKIE`], or the browser's.
    pub(super) fn of(headers: &HeaderMap, cookie: Option<&str>, set: Option<Self>) -> Self {
        let chosen = || cookie.and_then(|tag| Self::from_tag(tag).ok());
        set.or_else(chosen).or_else(|| Self::accepted(headers)).unwrap_or_default()
    }

    /// The tag, such as `pt-br`.
    pub fn tag(self) -> &'static str {
        self.0
    }

    /// Its texts.
    pub fn messages(self) -> Messages {
        Messages::clone(&MESSAGES.get(self))
    }

    pub(super) fn locale(self) -> Locale {
        self.0.parse().unwrap_or(Locale::UNKNOWN)
    }

    fn exactly(tag: &str) -> Option<Self> {
        let tag = ALIASES.iter().find(|(alias, _)| *alias == tag).map_or(tag, |(_, tag)| tag);
        DICTIONARIES.iter().find(|(own, _)| *own == tag).map(|(own, _)| Self(own))
    }

    /// The dictionary; what it lacks is English.
    fn read(self) -> Messages {
        let (own, english) = (self.dictionary(), Self::default().dictionary());
        let texts = Text::KEYS.iter().map(|key| own.get(*key).or(english.get(*key)).map_or("", String::as_str));
        Messages::new(&self.bcp47(), LocaleDirectionality::new_common().is_right_to_left(&self.locale().id), texts)
    }

    fn dictionary(self) -> HashMap<String, String> {
        let json = DICTIONARIES.iter().find(|(tag, _)| *tag == self.0).map_or("{}", |(_, json)| json);
        serde_json::from_str(json).unwrap_or_default()
    }

    /// With the region in upper case, for the `lang` attribute.
    fn bcp47(self) -> String {
        self.0
            .split_once('-')
            .map_or_else(|| self.0.to_owned(), |(language, region)| format!("{language}-{}", region.to_uppercase()))
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en")
    }
}

impl Default for Messages {
    /// English, for where no page is rendered.
    fn default() -> Self {
        Language::default().messages()
    }
}

/// The tags of an `Accept-Language` header, the favourite first (RFC 9110, section 12.5.4).
pub(super) fn accepted_tags(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut ranges: Vec<_> = header.split(',').filter_map(range).collect();
    ranges.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    ranges.into_iter().map(|(_, tag)| tag)
}

/// A range of an `Accept-Language` header with its weight.
fn range(text: &str) -> Option<(f32, &str)> {
    let (tag, weight) = text.split_once(';').unwrap_or((text, "q=1"));
    let weight = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
    (weight > 0.0).then_some((weight, tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Refusal;
    use http::HeaderValue;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<_> = ["{phone}", "{time}", "{count}"].into_iter().filter(|p| text.contains(p)).collect();
        found.extend(text.matches(['{', '}']).skip(2).map(|_| "one too many"));
        found
    }

    #[test]
    fn no_language_lacks_a_key_and_no_key_is_unused() {
        let english = Language::default().dictionary();
        for language in Language::all() {
            let dictionary = language.dictionary();
            let mut keys: Vec<_> = dictionary.keys().map(String::as_str).collect();
            let mut wanted = Text::KEYS.to_vec();
            keys.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(keys, wanted, "{}", language.tag());
            for (key, text) in &dictionary {
                assert!(!text.trim().is_empty() && !text.contains('\n'), "{} {key}", language.tag());
                assert_eq!(placeholders(text), placeholders(&english[key]), "{} {key}", language.tag());
            }
        }
    }

    #[test]
    fn each_language_is_its_own() {
        let mut first_texts: Vec<_> =
            Language::all().map(|language| language.messages().get(Text::PhoneInstructions).to_owned()).collect();
        let count = first_texts.len();
        first_texts.sort();
        first_texts.dedup();
        assert_eq!((first_texts.len(), count), (count, 44));
    }

    #[test]
    fn three_languages_are_written_from_right_to_left() {
        let rtl: Vec<_> = Language::all().filter(|language| language.messages().is_rtl).map(Language::tag).collect();
        assert_eq!(rtl, ["ar", "fa", "he"]);
    }

    #[test]
    fn a_tag_falls_back_to_the_more_general_one() {
        let tag = |text| Language::from_tag(text).map(Language::tag);
        assert_eq!(tag("de-AT"), Ok("de"));
        assert_eq!(tag("pt-BR"), Ok("pt-br"));
        assert_eq!(tag("pt-AO"), Ok("pt"));
        assert_eq!(tag("zh-Hant-HK"), Ok("zh-tw"));
        assert_eq!(tag("zh-Hans-CN"), Ok("zh"));
        assert_eq!(tag("no"), Ok("nb"));
        assert_eq!(tag("ua"), Ok("uk"));
        assert_eq!(tag("tlh"), Err(UnknownLanguage));
        assert_eq!(tag(""), Err(UnknownLanguage));
    }

    #[test]
    fn the_browsers_order_counts() {
        let of = |header: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            Language::accepted(&headers).map(Language::tag)
        };
        assert_eq!(of("tlh, de-CH;q=0.7, fr;q=0.9"), Some("fr"));
        assert_eq!(of("en-US,en;q=0.9,de;q=0.8"), Some("en"));
        assert_eq!(of("de;q=0, it;q=0.1"), Some("it"));
        assert_eq!(of("*"), None);
    }

    /// Every refusal; one that is missing here does not compile.
    macro_rules! every_refusal {
        ($($unit:ident)* ; $($other:pat => $values:expr;)*) => {{
            let _ = |refusal: &Refusal| match refusal {
                $(Refusal::$unit => (),)*
                $($other => (),)*
            };
            let mut all = vec![$(Refusal::$unit),*];
            $(all.extend($values);)*
            all
        }};
    }

    #[test]
    fn every_refusal_has_its_own_sentence() {
        let messages = Messages::default();
        let text = |text: &str| text.to_owned();
        let refusals = every_refusal! {
            PhoneNumberMissing PhoneNumberInvalid SpecialNumber Landline OptedOut CountryNotAllowed TermsNotAccepted SmsNotSent SmsPaused
            CodeMissing CodeMalformed CodeExpired CodeReplaced TooManyAttempts UserBlocked SignUpDisabled NoPendingLogin OtherBrowser
            CookiesBlocked MoreSteps TenantRefused LoginNotVerified TenantUnavailable Misconfigured Offline Timeout
            Unexpected;
            Refusal::ConfirmNumber(_) => [Refusal::ConfirmNumber(text("+1 415 555 2671"))];
            Refusal::RateLimited { .. } => [None, Some(42)].map(|retry_after| Refusal::RateLimited { retry_after });
            Refusal::ProofOfWork { .. } => [Refusal::ProofOfWork { challenge: text("{}"), retry_after: 60 }];
            Refusal::CodeIncomplete { .. } => [Refusal::CodeIncomplete { digits: 6 }];
            Refusal::WrongCode { .. } => [None, Some(2), Some(0)].map(|attempts_left| Refusal::WrongCode { attempts_left });
            Refusal::WrongAddress(_) => [Refusal::WrongAddress(text("https://app.example"))];
            Refusal::Denied(_) => [Refusal::Denied(text("The tenant has its own sentence."))];
            Refusal::Hook(_) => [Refusal::Hook(text("The app too has its own sentence."))];
        };
        let mut sentences: Vec<_> = refusals.iter().map(|refusal| messages.refusal(refusal)).collect();
        for sentence in &sentences {
            assert!(!sentence.contains(['{', '}']) && sentence.ends_with(['.', '?']), "{sentence}");
        }
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), refusals.len());
    }

    #[test]
    fn what_is_filled_in_stays_left_to_right() {
        let said = Messages::default().with_time(Text::ResendCountdown, 65);
        assert_eq!(said, "Send a new code in \u{2066}1:05\u{2069}");
    }

    #[test]
    fn every_text_has_a_line() {
        let messages = Messages::default();
        assert!(Text::ALL.iter().all(|text| !messages.get(*text).is_empty()));
    }
}
