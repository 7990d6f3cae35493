//! What the server knows of this browser, as pages have it: from the request while the server renders them, with the page
//! while they are hydrated, and by one GET after a navigation in the browser.

#[cfg(not(feature = "ssr"))]
mod in_browser;
#[cfg(not(feature = "ssr"))]
mod known;
#[cfg(feature = "ssr")]
mod on_server;
#[cfg(all(not(feature = "ssr"), not(feature = "islands")))]
mod refresh;
#[cfg(all(not(feature = "ssr"), not(feature = "islands")))]
mod reload;
mod session;
mod shared;

#[cfg(not(feature = "ssr"))]
use in_browser as side;
#[cfg(feature = "ssr")]
use on_server as side;

#[cfg(all(not(feature = "ssr"), not(feature = "islands")))]
pub(crate) use {
    known::{is_user_known, set_user, user},
    refresh::refresh,
};
pub(crate) use {session::Session, side::use_dialog, side::use_messages, side::use_session};

use crate::lock::LockOptions;
use crate::login::Login;
use crate::user::User;
use leptos::prelude::Signal;

/// The signed-in user: on the page that the server renders, and in the browser after it. In an app that is hydrated as a
/// whole, it changes without a reload when a login in the flow `token` has ended, and with [`SignOutButton`](crate::SignOutButton).
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::use_user;
///
/// #[component]
/// fn Greeting() -> impl IntoView {
///     let user = use_user();
///     move || user.get().map(|user| format!("Hello, {}", user.name))
/// }
/// ```
pub fn use_user() -> Signal<Option<User>> {
    side::use_user()
}

/// The state of a dialog to begin with, for your own UI or as the prop of an island. Each call is for another dialog.
///
/// On the server it is that of the page which is being rendered, or which calls a server function. In the browser it comes
/// with the page; after a navigation in the browser it is completed by one request.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{use_login, use_passwordless};
///
/// #[component]
/// fn Failure() -> impl IntoView {
///     let passwordless = use_passwordless(use_login());
///     view! { <p role="alert">{move || passwordless.failure()}</p> }
/// }
/// ```
pub fn use_login() -> Login {
    use_dialog(LockOptions::default()).0
}

/// What a dialog on the page begins with.
pub(crate) struct Dialog {
    pub(crate) id: String,
    pub(crate) options: LockOptions,
    /// None if an earlier dialog of the page has it.
    pub(crate) login: Option<Login>,
}
