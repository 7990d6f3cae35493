//! The texts of the pages: a file of `texts/` per language, and the choice is the library's.

use leptos_passwordless::server::{Language, use_language};
use serde::Deserialize;
use std::{collections::HashMap, sync::LazyLock};

macro_rules! dictionaries {
    ($($tag:literal)*) => { &[$(($tag, include_str!(concat!("texts/", $tag, ".json")))),*] };
}

/// By the tags of the library's languages.
static DICTIONARIES: &[(&str, &str)] = dictionaries! {
    "af" "ar" "az" "bg" "ca" "cs" "da" "de" "el" "en" "es" "et" "fa" "fi" "fr" "he" "hi" "hr" "hu" "id" "it" "ja" "ko"
    "lt" "lv" "ms" "nb" "nl" "nn" "pl" "pt" "pt-br" "ro" "ru" "sk" "sl" "sr" "sv" "th" "tr" "uk" "vi" "zh" "zh-tw"
};

static TEXTS: LazyLock<HashMap<&str, Texts>> = LazyLock::new(|| {
    let read = |(tag, json): &(&'static str, &str)| Some((*tag, serde_json::from_str(json).ok()?));
    DICTIONARIES.iter().filter_map(read).collect()
});
static NONE: LazyLock<Texts> = LazyLock::new(Texts::default);

/// What the pages say in one language. What the dialog says as well, such as "Log in", is the library's.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Texts {
    pub(crate) home: String,
    pub(crate) navigation: String,
    pub(crate) profile: String,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) dialog_title: String,
    /// `{button}`
    dialog_text: String,
    pub(crate) own_title: String,
    pub(crate) own_text: String,
    pub(crate) hosted_title: String,
    pub(crate) hosted_text: String,
    pub(crate) script_title: String,
    pub(crate) script_text: String,
    pub(crate) outbox: String,
    pub(crate) gallery: String,
    pub(crate) logged_in: String,
    /// `{name}`
    signed_in_as: String,
    pub(crate) try_another: String,
    pub(crate) signed_out: String,
    pub(crate) not_found: String,
    pub(crate) not_found_heading: String,
    pub(crate) back: String,
    pub(crate) name: String,
    pub(crate) user_id: String,
    pub(crate) logged_in_at: String,
    pub(crate) not_shared: String,
    pub(crate) terms_accepted: String,
    /// `{version}` and `{time}`
    version: String,
    pub(crate) sessions: String,
    pub(crate) this_session: String,
    pub(crate) unknown_device: String,
    pub(crate) last_used: String,
    pub(crate) log_out_everywhere: String,
}

/// The texts in the language of the page that is being rendered.
pub(crate) fn use_texts() -> &'static Texts {
    of(use_language())
}

fn of(language: Language) -> &'static Texts {
    let english = || TEXTS.get(Language::default().tag());
    TEXTS.get(language.tag()).or_else(english).unwrap_or(&NONE)
}

impl Texts {
    /// How to open the dialog, by the button of this name.
    pub(crate) fn dialog(&self, button: &str) -> String {
        self.dialog_text.replace("{button}", button)
    }

    /// Who is signed in.
    pub(crate) fn signed_in_as(&self, name: &str) -> String {
        self.signed_in_as.replace("{name}", &isolated(name))
    }

    /// Which terms were accepted, and when.
    pub(crate) fn version(&self, version: &str, time: &str) -> String {
        self.version.replace("{version}", version).replace("{time}", &isolated(time))
    }
}

/// A number stays as it is written in a text from right to left.
fn isolated(text: &str) -> String {
    if use_language().messages().is_rtl { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::{BTreeMap, BTreeSet};

    fn dictionary(language: Language) -> BTreeMap<String, String> {
        let (_, json) = DICTIONARIES.iter().find(|(tag, _)| *tag == language.tag()).unwrap();
        let texts: BTreeMap<String, Value> = serde_json::from_str(json).unwrap();
        texts.into_iter().map(|(key, text)| (key, text.as_str().unwrap().to_owned())).collect()
    }

    fn others() -> impl Iterator<Item = Language> {
        Language::all().filter(|language| *language != Language::default())
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    #[test]
    fn every_language_of_the_library_has_every_text() {
        assert_eq!(DICTIONARIES.len(), Language::all().count());
        for (tag, json) in DICTIONARIES {
            let texts = serde_json::from_str::<Texts>(json);
            assert!(texts.is_ok(), "{tag}: {texts:?}");
        }
        for language in Language::all() {
            let dictionary = dictionary(language);
            let empty = dictionary.iter().find(|(_, text)| text.trim().is_empty());
            assert_eq!(empty, None, "{}", language.tag());
        }
    }

    #[test]
    fn placeholders_are_the_same_in_every_language() {
        let english = dictionary(Language::default());
        for language in others() {
            for (key, text) in dictionary(language) {
                assert_eq!(placeholders(&text), placeholders(&english[&key]), "{} {key}", language.tag());
            }
        }
    }

    /// Single words can be the same; sentences cannot.
    #[test]
    fn no_language_borrows_an_english_sentence() {
        let english = dictionary(Language::default());
        for language in others() {
            for (key, text) in dictionary(language) {
                let is_sentence = english[&key].split(' ').count() > 3;
                assert!(!is_sentence || text != english[&key], "{} {key}", language.tag());
            }
        }
    }
}
