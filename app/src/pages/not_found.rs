use crate::texts::use_texts;
use leptos::prelude::*;
use leptos_meta::Title;

/// Whatever is not there.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let texts = use_texts();
    view! {
        <Title text=texts.not_found.as_str() />
        <h1>{texts.not_found_heading.as_str()}</h1>
        <p>
            <a href="/">{texts.back.as_str()}</a>
        </p>
    }
}
