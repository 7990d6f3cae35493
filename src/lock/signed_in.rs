use crate::messages;
use leptos::prelude::*;

/// The last screen: the browser is about to leave; the link is for the one that does not.
#[component]
pub(super) fn SignedIn(continue_to: String) -> impl IntoView {
    view! {
        <div class="lock-form" role="status">
            <p class="lock-check">{messages::SIGNED_IN}</p>
            <a href=continue_to>{messages::CONTINUE}</a>
        </div>
    }
}
