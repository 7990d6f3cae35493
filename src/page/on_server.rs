//! Reads the request, and sends with the page what its browser needs.

use super::{Dialog, Session, shared};
use crate::lock::LockOptions;
use crate::login::Login;
use crate::messages::Messages;
use crate::props_codec::encode;
use crate::server::page_context::{self, Part, is_sent_first};
use crate::user::User;
use leptos::prelude::Signal;

pub(super) fn use_user() -> Signal<Option<User>> {
    Signal::stored(use_session().user)
}

pub(crate) fn use_session() -> Session {
    let session = page_context::use_session();
    shared::send(|| encode(is_sent_first(Part::Session).then(|| session.clone())));
    session
}

/// For dialogs that the browser renders.
pub(crate) fn use_messages() -> Messages {
    let messages = page_context::messages();
    shared::send(|| encode(is_sent_first(Part::Messages).then(|| messages.clone())));
    messages
}

/// What a dialog begins with. Countries and texts are sent for the first dialog of a page.
pub(crate) fn use_dialog(options: LockOptions) -> (Login, LockOptions) {
    let login = page_context::use_login();
    shared::send(|| {
        let whole = is_sent_first(Part::Login).then(|| without_known_messages(login.clone()));
        encode(Dialog { id: login.id.clone(), options: options.clone(), login: whole })
    });
    (login, options)
}

fn without_known_messages(mut login: Login) -> Login {
    if !is_sent_first(Part::Messages) {
        login.messages = Messages::known();
    }
    login
}
