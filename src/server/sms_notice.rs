//! The notice about the risks of codes by SMS.

use super::{languages::Language, page_context};
use leptos::prelude::*;
use std::{collections::HashMap, sync::LazyLock};

/// The text by the tag of its language.
static TEXTS: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../messages/sms_notice.json")).unwrap_or_default());

/// Warns that codes by SMS can be intercepted, in the language of the page, where
/// [`AuthConfig::sms_notice`](super::AuthConfig::sms_notice) is set; nothing otherwise. For a page that shows the dialog.
///
/// SMS is a restricted authenticator, about which users must be informed: NIST SP 800-63B-4, section 3.2.9.
#[component]
pub fn SmsNotice(
    /// The language, on a page that is not below [`install`](super::install); the notice is shown there.
    #[prop(optional)]
    language: Option<Language>,
) -> impl IntoView {
    language.or_else(page_context::sms_notice).map(|language| {
        let messages = language.messages();
        let (tag, direction) = (messages.language.clone(), messages.direction());
        view! {
            <p class="sms-notice" lang=tag dir=direction>
                {text(language)}
            </p>
        }
    })
}

fn text(language: Language) -> &'static str {
    TEXTS.get(language.tag()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_language_has_its_own_text() {
        let texts: HashSet<_> = Language::all().map(text).collect();
        assert_eq!((texts.len(), TEXTS.len()), (44, 44));
        assert!(texts.iter().all(|text| text.chars().count() > 50 && !text.contains(['{', '\n'])));
    }

    #[test]
    fn no_language_borrows_the_english_text() {
        let english = text(Language::default());
        let begin: String = english.chars().take(20).collect();
        for language in Language::all().filter(|language| *language != Language::default()) {
            assert!(!text(language).contains(&begin), "{}", language.tag());
        }
    }
}
