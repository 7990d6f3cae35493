use crate::messages;
use leptos::{ev::MouseEvent, prelude::*};

#[component]
pub(super) fn CloseButton(on_close: impl FnMut(MouseEvent) + 'static) -> impl IntoView {
    view! {
        <button type="button" class="lock-close" aria-label=messages::CLOSE on:click=on_close>
            <span aria-hidden="true">"×"</span>
        </button>
    }
}
