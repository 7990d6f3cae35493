use crate::{headless::Passwordless, messages};
use leptos::prelude::*;

/// The country for numbers that are typed without an international prefix.
#[component]
pub(super) fn CountryPicker(passwordless: Passwordless) -> impl IntoView {
    let chosen = untrack(|| passwordless.country());
    let options = passwordless
        .countries()
        .into_iter()
        .map(|country| {
            view! {
                <option value=country.iso() selected=country == chosen>
                    {format!("{} (+{})", country.name(), country.dial_code())}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="lock-field">
            <span>{messages::COUNTRY_LABEL}</span>
            <select name="country" autocomplete="country">
                {options}
            </select>
        </label>
    }
}
