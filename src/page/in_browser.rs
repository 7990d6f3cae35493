//! Takes what came with the page, and keeps it for what is rendered later.

use super::{Dialog, Session, known, shared};
use crate::lock::LockOptions;
use crate::login::Login;
use crate::messages::Messages;
use crate::props_codec::decode;
use crate::user::User;
use leptos::prelude::Signal;

#[cfg(not(feature = "islands"))]
use known::unknown_login as in_the_browser;

pub(super) fn use_user() -> Signal<Option<User>> {
    use_session();
    known::user()
}

pub(crate) fn use_session() -> Session {
    if let Some(session) = received() {
        known::keep_session(session);
    }
    let session = known::session();
    #[cfg(not(feature = "islands"))]
    if session.is_none() {
        super::refresh::once();
    }
    session.unwrap_or_default()
}

pub(crate) fn use_messages() -> Messages {
    if let Some(messages) = received() {
        known::keep_messages(messages);
    }
    known::messages()
}

/// What a dialog begins with: as the page brings it, or as far as the browser knows it.
pub(crate) fn use_dialog(options: LockOptions) -> (Login, LockOptions) {
    let Some(text) = shared::receive() else { return (in_the_browser(), options) };
    match decode::<Dialog>(&text) {
        Ok(dialog) => {
            if let Some(login) = dialog.login {
                known::keep_login(login);
            }
            let sent = dialog.options;
            let options = LockOptions {
                closable: sent.closable,
                autoclose: sent.autoclose,
                flash_message: sent.flash_message,
                ..options
            };
            (known::login(dialog.id), options)
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

/// An app with islands renders everything on the server.
#[cfg(feature = "islands")]
fn in_the_browser() -> Login {
    Login::of_another_version()
}
