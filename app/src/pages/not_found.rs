use leptos::prelude::*;
use leptos_meta::Title;

/// Whatever is not there.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <h1>"This page does not exist"</h1>
        <p>
            <a href="/">"Back to the home page"</a>
        </p>
    }
}
