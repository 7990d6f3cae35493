//! What this browser knows of its login so far.

use super::Session;
use crate::login::Login;
use crate::messages::Messages;
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

/// The session, if the server has sent it.
pub(super) fn session() -> Option<Session> {
    KNOWN.with_borrow(|known| known.session.clone())
}

pub(super) fn keep_session(session: Session) {
    set_user(session.user.clone());
    KNOWN.with_borrow_mut(|known| known.session = Some(session));
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

pub(super) fn messages() -> Messages {
    KNOWN.with_borrow(|known| known.messages.clone())
}

pub(super) fn keep_messages(messages: Messages) {
    KNOWN.with_borrow_mut(|known| known.messages = messages);
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

/// The last login that the server sent, for the dialog with this id.
pub(super) fn login(id: String) -> Login {
    let known = KNOWN.with_borrow(|known| known.login.clone());
    Login { id, ..known.unwrap_or_default() }
}

/// For a dialog that the server did not render: the state of its login is not known yet.
#[cfg(not(feature = "islands"))]
pub(super) fn unknown_login() -> Login {
    KNOWN.with_borrow_mut(|known| {
        known.dialogs += 1;
        let id = ["lock-b", &known.dialogs.to_string()].concat();
        let session = known.session.clone().unwrap_or_default();
        let login = known.login.clone().unwrap_or_default();
        let state = login.state.untouched();
        let (api, page_url, messages) = (session.api, session.login_page + "?", known.messages.clone());
        Login { id, is_complete: false, messages, api, page_url, state, ..login }
    })
}
