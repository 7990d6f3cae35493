//! Takes what came with the page, and keeps it for what is rendered later.

use super::{Dialog, Session, shared};
use crate::lock::LockOptions;
use crate::login::Login;
use crate::messages::Messages;
use crate::props_codec::decode;
use crate::user::User;
use leptos::prelude::*;
use leptos::reactive::signal::ArcRwSignal;
use std::cell::RefCell;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
    static USER: ArcRwSignal<Option<User>> = ArcRwSignal::new(None);
    /// Whether the server has sent who is signed in.
    #[cfg(not(feature = "islands"))]
    static IS_USER_KNOWN: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// What the browser knows so far.
#[derive(Default)]
struct Known {
    session: Option<Session>,
    messages: Messages,
    /// The last login that the server sent.
    login: Option<Login>,
    /// Dialogs that were rendered in the browser.
    #[cfg(not(feature = "islands"))]
    dialogs: u32,
}

pub(super) fn use_user() -> Signal<Option<User>> {
    use_session();
    user()
}

/// The user, for all views.
pub(crate) fn user() -> Signal<Option<User>> {
    let user = USER.with(Clone::clone);
    Signal::derive(move || user.get())
}

/// Whether the server has sent who is signed in.
#[cfg(not(feature = "islands"))]
pub(crate) fn is_user_known() -> bool {
    IS_USER_KNOWN.with(ArcRwSignal::get)
}

pub(crate) fn use_session() -> Session {
    if let Some(session) = received() {
        keep_session(session);
    }
    let session = KNOWN.with_borrow(|known| known.session.clone());
    #[cfg(not(feature = "islands"))]
    if session.is_none() {
        super::refresh::once();
    }
    session.unwrap_or_default()
}

pub(crate) fn use_messages() -> Messages {
    if let Some(messages) = received() {
        KNOWN.with_borrow_mut(|known| known.messages = messages);
    }
    KNOWN.with_borrow(|known| known.messages.clone())
}

/// What a dialog begins with: as the page brings it, or as far as the browser knows it.
pub(crate) fn use_dialog(options: LockOptions) -> (Login, LockOptions) {
    let Some(text) = shared::receive() else { return (in_the_browser(), options) };
    match decode::<Dialog>(&text) {
        Ok(dialog) => {
            if let Some(login) = dialog.login {
                keep_login(login);
            }
            let sent = dialog.options;
            let options = LockOptions {
                closable: sent.closable,
                autoclose: sent.autoclose,
                flash_message: sent.flash_message,
                ..options
            };
            (known_login(dialog.id), options)
        }
        Err(_) => (Login::of_another_version(), options),
    }
}

/// A part of the page's state, if it has come with the page and not before.
fn received<T>() -> Option<T>
where
    Option<T>: crate::props_codec::Field,
{
    decode(&shared::receive()?).ok()?
}

pub(super) fn keep_session(session: Session) {
    set_user(session.user.clone());
    KNOWN.with_borrow_mut(|known| known.session = Some(session));
}

/// What the server's endpoints are below.
#[cfg(not(feature = "islands"))]
pub(super) fn api() -> String {
    KNOWN.with_borrow(|known| known.session.clone()).unwrap_or_default().api
}

/// Changes the user of all views.
pub(crate) fn set_user(user: Option<User>) {
    #[cfg(not(feature = "islands"))]
    IS_USER_KNOWN.with(|is_known| is_known.set(true));
    USER.with(|known| {
        if known.with_untracked(|known| *known != user) {
            known.set(user);
        }
    });
}

/// Keeps a login; without texts and countries, those that are known.
pub(super) fn keep_login(mut login: Login) {
    KNOWN.with_borrow_mut(|known| {
        if login.messages.language.is_empty() {
            login.messages = known.messages.clone();
        } else {
            known.messages = login.messages.clone();
        }
        if let Some(before) = known.login.take().filter(|_| login.countries.0.is_empty()) {
            login.countries = before.countries;
        }
        known.login = Some(login.received());
    });
}

/// The language whose texts and countries are known.
#[cfg(not(feature = "islands"))]
pub(super) fn language() -> String {
    KNOWN.with_borrow(|known| known.login.as_ref().map(|login| login.messages.language.clone())).unwrap_or_default()
}

pub(super) fn known_login(id: String) -> Login {
    let known = KNOWN.with_borrow(|known| known.login.clone());
    Login { id, ..known.unwrap_or_default() }
}

/// A dialog that the server did not render: the state of its login is not known yet.
#[cfg(not(feature = "islands"))]
fn in_the_browser() -> Login {
    KNOWN.with_borrow_mut(|known| {
        known.dialogs += 1;
        let id = ["lock-b", &known.dialogs.to_string()].concat();
        let (session, known_login) =
            (known.session.clone().unwrap_or_default(), known.login.clone().unwrap_or_default());
        Login {
            id,
            is_complete: false,
            messages: known.messages.clone(),
            api: session.api,
            page_url: session.login_page,
            state: known_login.state.untouched(),
            ..known_login
        }
    })
}

/// An app with islands renders everything on the server.
#[cfg(feature = "islands")]
fn in_the_browser() -> Login {
    Login::of_another_version()
}
