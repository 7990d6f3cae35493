use crate::{
    country::Country,
    flow::Event,
    headless::{Passwordless, element, escaped, input_of, is_composing, set, write},
    lock::part::{
        Binding::{Aria, Attribute, Content, On, When},
        Part,
    },
    messages::Text,
};
use js_sys::Object;
use leptos::{
    ev::{Event as DomEvent, KeyboardEvent, MouseEvent},
    prelude::*,
    wasm_bindgen::JsCast,
};
use web_sys::Element;

/// The key code of a key press that an input method handles.
const COMPOSING: u32 = 229;

/// The choice, for the form.
pub(in crate::lock) static CHOICE: Part = Part {
    name: "country-choice",
    bindings: &[When("disabled", is_not_hydrated), Attribute("value", |login| login.country().into())],
};
pub(in crate::lock) static FIELD: Part = Part {
    name: "country",
    bindings: &[
        When("hidden", is_not_hydrated),
        Aria("aria-expanded", is_open),
        Attribute("aria-activedescendant", active_row),
        When("readonly", Passwordless::is_busy),
        On("click", |login, click| press_field(login, click.unchecked_ref())),
        On("input", look_for),
        On("keydown", |login, key| press(login, key.unchecked_ref())),
        On("blur", |login, _| leave(login)),
    ],
};
pub(in crate::lock) static LIST: Part = Part {
    name: "countries",
    bindings: &[
        When("hidden", |login| !is_open(login)),
        On("mousedown", |login, press| press_row(login, press.unchecked_ref())),
    ],
};
pub(in crate::lock) static RESULT: Part = Part { name: "country-result", bindings: &[Content(result)] };

#[component]
pub(super) fn Combobox(passwordless: Passwordless, id: String) -> impl IntoView {
    let list = passwordless.element_id("countries");
    let hint = passwordless.element_id("country-hint");
    view! {
        <input type="hidden" name="country" {..CHOICE.of(passwordless)} />
        <input
            type="text"
            role="combobox"
            id=id
            class="lock-combobox"
            autocomplete="off"
            aria-autocomplete="list"
            aria-controls=list.clone()
            aria-describedby=hint.clone()
            {..FIELD.of(passwordless)}
        />
        <ul
            role="listbox"
            id=list
            class="lock-countries"
            aria-labelledby=passwordless.element_id("country-label")
            {..LIST.of(passwordless)}
        ></ul>
        <p id=hint class="lock-unseen" inner_html=passwordless.text_html(Text::CountrySearchHint)></p>
        <p class="lock-hint lock-result" role="status" translate="no" {..RESULT.of(passwordless)}></p>
    }
}

fn is_not_hydrated(passwordless: Passwordless) -> bool {
    !passwordless.is_hydrated()
}

fn is_open(passwordless: Passwordless) -> bool {
    passwordless.search().is_some()
}

/// The query, or else the chosen country.
fn text(passwordless: Passwordless) -> String {
    let query = passwordless.search().and_then(|search| search.query);
    query.unwrap_or_else(|| passwordless.country_label())
}

fn found(passwordless: Passwordless) -> Vec<(Country, String)> {
    let query = passwordless.search().map(|search| search.query.unwrap_or_default());
    query.map(|query| passwordless.find_countries(&query)).unwrap_or_default()
}

fn open(passwordless: Passwordless) {
    if untrack(|| is_open(passwordless)) {
        return;
    }
    let chosen = untrack(|| passwordless.country());
    let chosen = passwordless.find_countries("").iter().position(|(country, _)| *country == chosen);
    passwordless.dispatch(Event::ListOpened(chosen.unwrap_or_default()));
}

fn look_for(passwordless: Passwordless, input: &DomEvent) {
    passwordless.dispatch(Event::CountrySearched(input_of(input).value()));
}

fn press(passwordless: Passwordless, key: &KeyboardEvent) {
    // Enter and Esc during a composition belong to the input method; Safari marks them only by the key code.
    if is_composing(key) || key.key_code() == COMPOSING {
        return;
    }
    let search = untrack(|| passwordless.search());
    match (key.key().as_str(), search) {
        ("ArrowDown", Some(search)) => reach(passwordless, search.active + 1),
        ("ArrowUp", Some(search)) => reach(passwordless, search.active.wrapping_sub(1)),
        ("ArrowDown" | "ArrowUp", None) => open(passwordless),
        ("Enter", Some(search)) => take_row(passwordless, search.active),
        ("Escape", Some(_)) => passwordless.dispatch(Event::ListClosed),
        ("Tab", Some(search)) if search.query.is_some() => return take_row(passwordless, search.active),
        _ => return,
    }
    // Enter would submit the form, Esc close the dialog.
    key.prevent_default();
    key.stop_propagation();
}

/// Makes another row active, wrapping around at the ends.
fn reach(passwordless: Passwordless, row: usize) {
    let last = untrack(|| found(passwordless)).len().saturating_sub(1);
    passwordless.dispatch(Event::RowReached(if row == usize::MAX {
        last
    } else if row > last {
        0
    } else {
        row
    }));
}

fn take_row(passwordless: Passwordless, row: usize) {
    if let Some((country, _)) = untrack(|| found(passwordless)).get(row) {
        passwordless.choose_country(*country);
    }
}

/// A query with a single match chooses it, also if a password manager filled it in.
fn leave(passwordless: Passwordless) {
    match untrack(|| found(passwordless)).len() {
        1 => take_row(passwordless, 0),
        _ => passwordless.dispatch(Event::ListClosed),
    }
}

/// Selects the whole text, so that typing starts a new query.
fn press_field(passwordless: Passwordless, click: &MouseEvent) {
    input_of(click).select();
    open(passwordless);
}

/// A press on a row chooses it; the focus stays in the field.
fn press_row(passwordless: Passwordless, press: &MouseEvent) {
    press.prevent_default();
    let pressed = event_target::<Element>(press).id();
    let count = untrack(|| found(passwordless)).len();
    if let Some(row) = (0..count).find(|row| row_id(passwordless, *row) == pressed) {
        take_row(passwordless, row);
    }
}

/// Draws the rows as HTML at once: they have no signals or handlers of their own.
pub(in crate::lock) fn draw(passwordless: Passwordless) {
    let (rows, text) = untrack(|| (rows(passwordless), text(passwordless)));
    if let Some(field) = element(passwordless, "country") {
        write(&field, &text);
    }
    let Some(list) = element::<Element>(passwordless, "countries") else { return };
    list.set_inner_html(&rows);
    let active = untrack(|| active_row(passwordless));
    request_animation_frame(move || {
        if let Some(row) = document().get_element_by_id(&active) {
            let options = Object::new();
            set(&options, "block", &"nearest".into());
            row.scroll_into_view_with_scroll_into_view_options(options.unchecked_ref());
        }
    });
}

fn rows(passwordless: Passwordless) -> String {
    let chosen = passwordless.country();
    let active = passwordless.search().map_or(0, |search| search.active);
    let row = |(at, (country, label)): (usize, (Country, String))| {
        let selected = if country == chosen { "true" } else { "false" };
        let active = if at == active { " class=\"lock-active\"" } else { "" };
        let (id, label) = (row_id(passwordless, at), escaped(&label));
        ["<li role=\"option\" id=\"", &id, "\" aria-selected=\"", selected, "\"", active, ">", &label, "</li>"].concat()
    };
    found(passwordless).into_iter().enumerate().map(row).collect()
}

fn row_id(passwordless: Passwordless, at: usize) -> String {
    passwordless.element_id(&["country-", &at.to_string()].concat())
}

/// The id of the row that Enter chooses, if there is one.
fn active_row(passwordless: Passwordless) -> String {
    let active = passwordless.search().map_or(0, |search| search.active);
    if active < found(passwordless).len() { row_id(passwordless, active) } else { String::new() }
}

/// The number of matches, for screen readers; that there is none, for everyone.
fn result(passwordless: Passwordless) -> String {
    if passwordless.search().and_then(|search| search.query).is_none() {
        return String::new();
    }
    match found(passwordless).len() {
        0 => passwordless.text(Text::NoCountryFound),
        count => {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            passwordless.messages(|messages| messages.with_count(Text::CountriesFound, count))
        }
    }
}
