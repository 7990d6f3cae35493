//! A copy of the card as the server rendered it, in case hydration fails: an extension that adds a node to the page makes it
//! trap, and a card that is hydrated halfway would intercept the forms without sending them.

use super::part::{Binding::When, Part};
use crate::headless::{Passwordless, element};
use std::cell::RefCell;
use web_sys::Element;

thread_local! {
    /// Copies of the cards that are not fully hydrated yet.
    static COPIES: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
}

/// Copies the card before it is hydrated.
pub(super) fn keep(passwordless: Passwordless) {
    let copy = card(passwordless).and_then(|card| card.clone_node_with_deep(true).ok());
    COPIES.with_borrow_mut(|copies| copies.extend(copy.map(leptos::wasm_bindgen::JsCast::unchecked_into::<Element>)));
}

/// The last element of the card.
pub(super) static END: Part = Part { name: "end", bindings: &[When("hidden", is_whole)] };

/// Everything before the last element is hydrated, and the copy is not needed.
fn is_whole(passwordless: Passwordless) -> bool {
    drop(take(passwordless));
    true
}

/// Replaces a card that was not fully hydrated with its copy: the forms then work as they do without JavaScript.
pub(super) fn put_back(passwordless: Passwordless) {
    if let (Some(card), Some(copy)) = (card(passwordless), take(passwordless)) {
        drop(card.replace_with_with_node_1(&copy));
    }
}

fn take(passwordless: Passwordless) -> Option<Element> {
    let id = passwordless.element_id("card");
    COPIES.with_borrow_mut(|copies| {
        let at = copies.iter().position(|copy| copy.id() == id)?;
        Some(copies.swap_remove(at))
    })
}

fn card(passwordless: Passwordless) -> Option<Element> {
    element(passwordless, "card")
}
