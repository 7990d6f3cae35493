use crate::own_ui::OwnUi;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/login/custom`: your own UI.
#[component]
pub(crate) fn LoginCustom() -> impl IntoView {
    view! {
        <Title text="Log in with your own UI" />
        <h1>"Your own UI"</h1>
        <OwnUi />
    }
}
