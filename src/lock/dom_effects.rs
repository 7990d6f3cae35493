//! Changes to the DOM that follow a transition: the focus, the code in its field, the list of countries.

use super::country_picker::combobox;
#[cfg(not(feature = "islands"))]
use super::pristine;
use crate::flow::{Event, Notice, State};
use crate::headless::{Passwordless, element, fields, go_to, write};
use crate::outcome::Refusal;
use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::{HtmlElement, HtmlInputElement};

/// Moves the focus when a response has arrived or the screen has changed.
///
/// Not at the start: there the field's `autofocus` decides, and a field that is being typed in must not be touched.
pub(super) fn on_transition(passwordless: Passwordless, before: &State, after: &State) {
    let is_same_moment =
        before.screen == after.screen && before.notice == after.notice && before.waiting_for == after.waiting_for;
    if after.waiting_for.is_none() && !is_same_moment {
        request_animation_frame(move || focus(passwordless));
    }
    if before.notice != after.notice && asks_for_proof(after) {
        // The page that the server renders has the script that calculates.
        go_to(&[&passwordless.login_page(), "&proof"].concat());
    }
    if !before.is_hydrated && after.is_hydrated {
        #[cfg(not(feature = "islands"))]
        pristine::put_back(passwordless);
        take_up(passwordless);
    }
    let is_same_list =
        before.is_hydrated == after.is_hydrated && before.country == after.country && before.search == after.search;
    if !is_same_list {
        combobox::draw(passwordless);
    }
    if before.code != after.code {
        show_code(passwordless, &after.code);
    }
}

fn asks_for_proof(state: &State) -> bool {
    matches!(state.notice, Some(Notice::Refused(Refusal::ProofOfWork { .. })))
}

/// Takes over what was typed and chosen before hydration.
fn take_up(passwordless: Passwordless) {
    if let Some(form) = element(passwordless, "phone") {
        passwordless.take_fields(fields(&form).as_ref());
    }
    if let Some(code) = element::<HtmlInputElement>(passwordless, "code").filter(|field| !field.value().is_empty()) {
        passwordless.dispatch(Event::CodeTyped(code.value()));
    }
}

/// Focuses the first element of the visible screen that is marked for it: its field, or its button.
pub(super) fn focus(passwordless: Passwordless) {
    let Some(card) = element::<HtmlElement>(passwordless, "card") else { return };
    let Ok(Some(element)) = card.query_selector(":scope > :not([hidden]) [data-lock-focus]") else { return };
    // If the browser refuses, the focus stays where it is.
    drop(element.unchecked_ref::<HtmlElement>().focus());
}

/// Shows the code of the state: empty after a refusal, filled in by `WebOTP`.
fn show_code(passwordless: Passwordless, code: &str) {
    if let Some(field) = element(passwordless, "code") {
        write(&field, code);
    }
}
