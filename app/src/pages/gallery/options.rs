//! `/gallery/options?closable=false&primary_color=%23ea5323`: the hydrated dialog with the options of the query, for
//! development and tests.

use crate::{login_button::LoginButton, login_card::LoginCard};
use leptos::prelude::*;
use leptos_meta::{Link, Title};
use leptos_passwordless::{
    Country, LockOptions, Login,
    flow::FlashMessage,
    lock::{Color, Theme},
    server::{Language, adjust_login},
};
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// A page with more dialogs is only slow.
const MAX_DIALOGS: usize = 4;
/// Characters of a text.
const MAX_TEXT: usize = 200;

/// `dialogs` of them, as modals; `inline=true` shows one as a part of the page as well.
#[component]
pub(crate) fn GalleryOptions() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let dialogs =
        query.get("dialogs").and_then(|count| count.parse().ok()).map_or(1, |count: usize| count.min(MAX_DIALOGS));
    let is_inline = query.get("inline").is_some();
    adjust_login(|begin| login(begin, &query));
    provide_context(options(&query));
    let button = |_| view! { <LoginButton /> };
    view! {
        <Title text="Options" />
        <Link rel="stylesheet" href="/gallery.css" />
        <h1>"Options"</h1>
        <div class="exhibits">{(0..dialogs).map(button).collect_view()}</div>
        {is_inline.then(|| view! { <LoginCard /> })}
    }
}

/// A text of the query, no longer than any that is of use.
fn text(query: &ParamsMap, name: &str) -> Option<String> {
    query.get(name).map(|text| text.chars().take(MAX_TEXT).collect())
}

fn login(login: Login, query: &ParamsMap) -> Login {
    let login = match query.get("language").and_then(|tag| Language::from_tag(&tag).ok()) {
        Some(language) => login.in_language(language),
        None => login,
    };
    let country = query.get("country").and_then(|code| Country::supported(&code).ok()).unwrap_or_default();
    match text(query, "phone_number") {
        Some(number) => login.prefilled(&number, country),
        None => login,
    }
}

fn options(query: &ParamsMap) -> LockOptions {
    let defaults = LockOptions::default();
    let flag = |name: &str, default: bool| query.get(name).map_or(default, |value| value == "true");
    let options = defaults
        .closable(flag("closable", true))
        .autoclose(flag("autoclose", false))
        .autofocus(flag("autofocus", true))
        .show_terms(flag("show_terms", true));
    let options = match (text(query, "flash"), flag("flash_error", false)) {
        (Some(text), true) => options.flash_message(FlashMessage::error(text)),
        (Some(text), false) => options.flash_message(FlashMessage::info(text)),
        (None, _) => options,
    };
    let options = match text(query, "title") {
        Some(title) => options.title(title),
        None => options,
    };
    let options = match text(query, "open_label") {
        Some(label) => options.open_label(label),
        None => options,
    };
    options.theme(theme(query))
}

fn theme(query: &ParamsMap) -> Theme {
    let theme = match query.get("primary_color").and_then(|color| Color::parse(&color).ok()) {
        Some(color) => Theme::default().primary_color(color),
        None => Theme::default(),
    };
    match text(query, "logo") {
        Some(logo) => theme.logo(logo),
        None => theme,
    }
}
