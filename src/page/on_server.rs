//! Reads the request, and sends with the page what its browser needs.

use super::{Dialog, Session, shared};
use crate::lock::LockOptions;
use crate::login::Login;
use crate::messages::Messages;
use crate::props_codec::encode;
use crate::server::page_context::{self, unsent_login, unsent_messages, unsent_session};
use crate::user::User;
use leptos::prelude::Signal;

pub(super) fn use_user() -> Signal<Option<User>> {
    Signal::stored(use_session().user)
}

pub(crate) fn use_session() -> Session {
    let session = page_context::use_session();
    shared::send(|| encode(unsent_session(&session)));
    session
}

/// For dialogs that the browser renders.
pub(crate) fn use_messages() -> Messages {
    let messages = page_context::messages();
    shared::send(|| encode(unsent_messages(&messages)));
    messages
}

/// What a dialog begins with. Countries and texts are sent for the first dialog of a page.
pub(crate) fn use_dialog(options: LockOptions) -> (Login, LockOptions) {
    let login = page_context::use_login();
    shared::send(|| {
        let (id, options) = (login.id.clone(), options.clone());
        encode(Dialog { id, options, login: unsent_login(&login) })
    });
    (login, options)
}
