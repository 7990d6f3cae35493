//! The country for numbers without an international prefix: a plain `<select>` until hydration, then a combobox that is
//! searched by typing (WAI-ARIA, pattern "Combobox").

pub(super) mod combobox;

use super::part::{
    Binding::{Attribute, When},
    Part,
};
#[cfg(feature = "ssr")]
use crate::headless::escaped;
use crate::{headless::Passwordless, messages::Text};
use combobox::Combobox;
use leptos::prelude::*;

pub(super) static LABEL: Part = Part { name: "country-label", bindings: &[Attribute("for", labelled)] };
/// The plain list, until hydration.
pub(super) static SELECT: Part = Part {
    name: "country-list",
    bindings: &[When("hidden", Passwordless::is_hydrated), When("disabled", Passwordless::is_hydrated)],
};

#[component]
pub(super) fn CountryPicker(passwordless: Passwordless) -> impl IntoView {
    let combobox = passwordless.element_id("country");
    let select = passwordless.element_id("country-list");
    view! {
        <div class="lock-field">
            <label
                id=passwordless.element_id("country-label")
                inner_html=passwordless.text_html(Text::CountryLabel)
                {..LABEL.of(passwordless)}
            ></label>
            <CountrySelect passwordless id=select />
            <Combobox passwordless id=combobox />
        </div>
    }
}

fn labelled(passwordless: Passwordless) -> String {
    passwordless.element_id(if passwordless.is_hydrated() { "country" } else { "country-list" })
}

#[component]
fn CountrySelect(passwordless: Passwordless, id: String) -> impl IntoView {
    view! {
        <select
            id=id
            name="country"
            autocomplete="country"
            inner_html=options(passwordless)
            {..SELECT.of(passwordless)}
        ></select>
    }
}

/// Only the server renders the options, so that the wasm has no code for them.
#[cfg(feature = "ssr")]
fn options(passwordless: Passwordless) -> String {
    let chosen = untrack(|| passwordless.country());
    let option = |entry: crate::country::CountryEntry<'_>| {
        let selected = if entry.country == chosen { " selected" } else { "" };
        format!("<option value=\"{}\"{selected}>{}</option>", entry.country.iso(), escaped(&entry.label()))
    };
    passwordless.with_countries(|countries| countries.iter().map(option).collect())
}

#[cfg(not(feature = "ssr"))]
fn options(_: Passwordless) -> String {
    String::new()
}
