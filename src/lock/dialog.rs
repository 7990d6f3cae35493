use super::{
    Card, LockOptions, arrival, begin_with, dom_effects,
    part::{
        Binding::{self, Aria, On},
        Part,
    },
    render,
};
use crate::flow::{LockEvent, Screen, State};
use crate::headless::{self, Passwordless, escaped};
use crate::hooks::Hooks;
use crate::login::Login;
use crate::messages::{Messages, Text};
use leptos::{ev::Event, prelude::*};
use web_sys::HtmlDialogElement;

pub(super) static OPENER: Part =
    Part { name: "open", bindings: &[Aria("data-hydrated", Passwordless::is_hydrated), On("click", open)] };
pub(super) static CLOSABLE: Part = Part { name: "closable", bindings: &[HIDE] };
pub(super) static LASTING: Part =
    Part { name: "lasting", bindings: &[HIDE, On("cancel", |_, cancel| cancel.prevent_default())] };
const HIDE: Binding = On("close", |login, _| login.emit(LockEvent::Hide));
pub(super) static CLOSE: Part = Part { name: "close", bindings: &[On("click", |login, _| close(login))] };

/// A button, and the dialog that it opens as a modal.
///
/// The button is a link to the page that shows the same dialog, so it works before hydration and without JavaScript.
/// The modal is a native `<dialog>`: the browser keeps the focus inside, closes it on Esc and gives the focus back.
#[component]
pub fn LockDialog(
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
    let on_transition =
        if options.autoclose && options.closable { close_at_the_end } else { dom_effects::on_transition };
    let passwordless = headless::begin(options.greet(login), hooks, on_transition);
    let closable = options.closable;
    let part = if closable { &CLOSABLE } else { &LASTING };
    arrival::follow(passwordless, &options, false);
    user::follow(passwordless);
    render::again(passwordless, 2, move || {
        let (theme, open_label, options) = (options.theme.clone(), options.open_label.clone(), options.clone());
        let language = passwordless.messages(|messages| messages.language.clone());
        view! {
            <a
                id=passwordless.element_id("open")
                class=theme.class("lock-open")
                lang=language.clone()
                href=passwordless.login_page()
                aria-haspopup="dialog"
                inner_html=open_label.map_or_else(|| passwordless.text_html(Text::Title), |label| escaped(&label))
                {..OPENER.of(passwordless)}
            ></a>
            <dialog
                id=passwordless.element_id("dialog")
                class=theme.class("lock")
                lang=language
                dir=passwordless.messages(Messages::direction)
                aria-labelledby=passwordless.element_id("title")
                {..part.of(passwordless)}
            >
                <button
                    type="button"
                    class="lock-close"
                    hidden=!closable
                    aria-label=passwordless.text(Text::Close)
                    {..CLOSE.of(passwordless)}
                >
                    <span aria-hidden="true">"×"</span>
                </button>
                <Card passwordless options />
            </dialog>
        }
    })
}

fn open(passwordless: Passwordless, click: &Event) {
    // The link is followed unless the modal opens.
    if dialog(passwordless).is_some_and(|dialog| dialog.show_modal().is_ok()) {
        click.prevent_default();
        passwordless.emit(LockEvent::Show);
    }
}

fn close(passwordless: Passwordless) {
    if let Some(dialog) = dialog(passwordless) {
        dialog.close();
    }
}

/// Closes the modal when the user has signed in, and starts anew when they have signed out.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
mod user {
    use crate::headless::{Passwordless, refresh};
    use leptos::prelude::*;

    pub(super) fn follow(passwordless: Passwordless) {
        let user = crate::page::user();
        Effect::new(move |was_signed_in: Option<bool>| {
            let is_signed_in = user.with(Option::is_some);
            match (was_signed_in, is_signed_in) {
                (Some(false), true) => super::close(passwordless),
                (Some(true), false) => refresh(passwordless),
                _ => {}
            }
            is_signed_in
        });
    }
}

/// The page is loaded anew instead.
#[cfg(any(feature = "ssr", feature = "islands"))]
mod user {
    pub(super) fn follow(_: crate::headless::Passwordless) {}
}

fn dialog(passwordless: Passwordless) -> Option<HtmlDialogElement> {
    headless::element(passwordless, "dialog")
}

/// Runs after each state change of a dialog that closes by itself.
fn close_at_the_end(passwordless: Passwordless, before: &State, after: &State) {
    dom_effects::on_transition(passwordless, before, after);
    if matches!(after.screen, Screen::SignedIn { .. }) {
        close(passwordless);
    }
}
