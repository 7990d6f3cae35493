use crate::{own_ui::OwnUi, texts::use_texts};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/login/custom`: your own UI, with words of its own in English.
#[component]
pub(crate) fn LoginCustom() -> impl IntoView {
    let texts = use_texts();
    // The type of the whole page would be too deep for the compiler.
    let own_ui = view! { <OwnUi /> }.into_any();
    view! {
        <Title text=texts.own_title.as_str() />
        <h1>{texts.own_title.as_str()}</h1>
        <div lang="en" dir="ltr">
            {own_ui}
        </div>
    }
}
