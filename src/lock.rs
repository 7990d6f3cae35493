//! The Lock dialog: phone number, then code.
//!
//! [`flow`](crate::flow) is the login as a pure state machine; the components here only draw it. Each screen is a real
//! form that posts to a server function, so the dialog works without JavaScript, as a page; [`LockDialog`] is the same
//! in a modal.
//!
//! All screens are in the page from the start, one of them visible: so the browser only hydrates what the server rendered,
//! and the wasm has no code that renders a screen anew. What changes in them is described in `part`. Texts are set as
//! HTML, because browsers that translate a page replace its text nodes.

mod arrival;
mod country_picker;
mod dialog;
mod dom_effects;
mod enter_code;
mod enter_phone;
mod last_login;
mod login_name;
mod more_steps;
mod notice;
mod options;
mod part;
#[cfg(any(feature = "ssr", not(feature = "islands")))]
#[cfg_attr(feature = "ssr", expect(dead_code, reason = "only a browser has a card to copy"))]
mod pristine;
mod render;
mod signed_in;
pub(crate) mod styles;
mod submit_button;
mod terms;
mod theme;
mod unrecoverable;
#[cfg(all(feature = "islands", not(feature = "ssr")))]
mod written;

pub use crate::flow::{FlashKind, FlashMessage};
pub use dialog::LockDialog;
pub use options::LockOptions;
pub use styles::{LOCK_CSS, LockStyles};
pub use theme::{Color, InvalidColor, Theme};

use crate::headless::{self, Passwordless, escaped};
use crate::hooks::Hooks;
use crate::login::Login;
use crate::messages::{Messages, Text};
use crate::page::use_dialog;
use enter_code::EnterCode;
use enter_phone::EnterPhone;
use last_login::LastLogin;
use leptos::prelude::*;
use more_steps::MoreSteps;
use notice::NoticeBar;
use signed_in::SignedIn;
use unrecoverable::Unrecoverable;

static PAGE: part::Part =
    part::Part { name: "lock", bindings: &[part::Binding::Aria("data-hydrated", Passwordless::is_hydrated)] };

/// The dialog as a part of a page.
#[component]
pub fn Lock(
    /// The state to begin with, if it is not [`use_login`](crate::use_login)'s.
    #[prop(optional)]
    login: Option<Login>,
    /// How the dialog looks and behaves.
    #[prop(optional)]
    options: LockOptions,
    /// The app's callbacks.
    #[prop(optional)]
    hooks: Hooks,
) -> impl IntoView {
    let (login, options) = begin_with(login, options);
    let passwordless = headless::begin(options.greet(login), hooks, dom_effects::on_transition);
    arrival::follow(passwordless, &options, options.autofocus);
    render::again(passwordless, 1, move || {
        let (class, options) = (options.theme.class("lock"), options.clone());
        view! {
            <section
                id=passwordless.element_id("dialog")
                class=class
                lang=passwordless.messages(|messages| messages.language.clone())
                dir=passwordless.messages(Messages::direction)
                aria-labelledby=passwordless.element_id("title")
                {..PAGE.of(passwordless)}
            >
                <Card passwordless options />
            </section>
        }
    })
}

fn begin_with(login: Option<Login>, options: LockOptions) -> (Login, LockOptions) {
    match login {
        Some(login) => (login, options),
        None => use_dialog(options),
    }
}

/// Header, notice and the screens.
#[component]
fn Card(passwordless: Passwordless, options: LockOptions) -> impl IntoView {
    let (autofocus, show_terms) = (options.autofocus, options.show_terms);
    let title = options.title.map_or_else(|| passwordless.text_html(Text::Title), |title| escaped(&title));
    #[cfg(not(any(feature = "ssr", feature = "islands")))]
    pristine::keep(passwordless);
    view! {
        <div class="lock-card" id=passwordless.element_id("card")>
            <header class="lock-header">
                <theme::Logo theme=options.theme />
                <h2 id=passwordless.element_id("title") class="lock-title" inner_html=title></h2>
            </header>
            <NoticeBar passwordless />
            {render::screens(view! {
                <LastLogin passwordless autofocus show_terms />
                <EnterPhone passwordless autofocus show_terms />
                <EnterCode passwordless autofocus />
                <SignedIn passwordless />
                <MoreSteps passwordless />
                <Unrecoverable passwordless />
                {render::end(passwordless)}
            })}
        </div>
    }
}

/// The parts of all dialogs.
#[cfg(any(all(test, feature = "ssr"), all(feature = "islands", not(feature = "ssr"))))]
static PARTS: &[&part::Part] = &[
    &PAGE,
    &dialog::OPENER,
    &dialog::CLOSABLE,
    &dialog::LASTING,
    &dialog::CLOSE,
    &notice::NOTICE,
    &last_login::SCREEN,
    &last_login::FORM,
    &last_login::QUESTION,
    &last_login::SUBMIT,
    &enter_phone::FORM,
    &enter_phone::FIELD,
    &enter_phone::PREVIEW,
    &enter_phone::SUBMIT,
    &enter_phone::EDIT,
    &country_picker::LABEL,
    &country_picker::SELECT,
    &country_picker::combobox::CHOICE,
    &country_picker::combobox::FIELD,
    &country_picker::combobox::LIST,
    &country_picker::combobox::RESULT,
    &enter_code::SCREEN,
    &enter_code::FORM,
    &enter_code::INSTRUCTIONS,
    &enter_code::FIELD,
    &enter_code::EXPIRY,
    &enter_code::SUBMIT,
    &enter_code::RESEND_FORM,
    &enter_code::RESEND,
    &signed_in::SCREEN,
    &signed_in::THANKS,
    &signed_in::CONTINUE,
    &more_steps::SCREEN,
    &unrecoverable::SCREEN,
    #[cfg(feature = "ssr")]
    &pristine::END,
];

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_island_finds_every_part_that_the_server_renders() {
        let lasting = LockOptions::default().closable(false);
        let view = || {
            view! {
                <Lock login=Login::default() />
                <LockDialog login=Login::default() />
                <LockDialog login=Login::default() options=lasting />
            }
        };
        let html = Owner::new().with(|| view().to_html());
        let mark = [" ", part::NAME, "=\""].concat();
        let rendered: BTreeSet<_> = html.split(&mark).skip(1).filter_map(|marked| marked.split('"').next()).collect();
        let listed: BTreeSet<_> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(rendered, listed);
        assert_eq!(listed.len(), PARTS.len(), "two parts have the same name");
    }
}
