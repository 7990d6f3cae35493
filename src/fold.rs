//! Text as a search compares it: lower case, without diacritics.

/// Folds both what is searched and what is searched for.
pub(crate) fn fold(text: &str) -> String {
    decomposed(text).chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect()
}

#[cfg(feature = "ssr")]
fn decomposed(text: &str) -> String {
    icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&text.to_lowercase()).into_owned()
}

/// The browser has the tables of Unicode already.
#[cfg(not(feature = "ssr"))]
fn decomposed(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().normalize("NFD").into()
}
