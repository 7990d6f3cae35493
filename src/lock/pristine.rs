//! The card as the server wrote it, for the case that it cannot be woken: an extension that adds a node to the page makes
//! the hydration trap, and what is half awake would take the forms without sending them.

use super::follow::element;
use crate::headless::Passwordless;
use leptos::prelude::*;
use web_sys::Element;

/// A copy of the card, until it is awake as a whole.
#[derive(Clone, Copy)]
pub(super) struct Pristine(StoredValue<Option<Element>, LocalStorage>);

/// Copies the card, and puts the copy in its place if the end of the hydration is not reached: its forms work as they do
/// without JavaScript.
pub(super) fn keep(passwordless: Passwordless) -> Pristine {
    let copy = StoredValue::new_local(None);
    #[cfg(not(feature = "ssr"))]
    copy.set_value(
        card(passwordless)
            .and_then(|card| card.clone_node_with_deep(true).ok())
            .map(leptos::wasm_bindgen::JsCast::unchecked_into),
    );
    // Effects run once the view is hydrated, or was not.
    Effect::new(move |_| {
        if let (Some(card), Some(Some(copy))) = (card(passwordless), copy.try_update_value(Option::<Element>::take)) {
            drop(card.replace_with_with_node_1(&copy));
        }
    });
    Pristine(copy)
}

fn card(passwordless: Passwordless) -> Option<Element> {
    element(passwordless, "card")
}

impl Pristine {
    /// Read by the last element of the card: everything before it is awake.
    pub(super) fn let_go(self) -> &'static str {
        self.0.set_value(None);
        ""
    }
}
