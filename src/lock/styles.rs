use crate::fingerprint::fingerprint;
use crate::page::{use_messages, use_session};
use leptos::prelude::*;

/// The style sheet of the dialog, for apps that bundle it or serve it themselves.
pub const LOCK_CSS: &str = include_str!("../../style/lock.css");

const VERSION: u32 = fingerprint(&[LOCK_CSS], 0);

/// Links the style sheet of the dialog, which the server serves; it needs no more than `style-src 'self'`. To be put once into
/// the app, outside of what its router changes. Dialogs that the browser renders later have their texts from here.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{LockDialog, LockStyles, SignedOut};
///
/// #[component]
/// fn App() -> impl IntoView {
///     view! {
///         <LockStyles />
///         <header><SignedOut><LockDialog /></SignedOut></header>
///     }
/// }
/// ```
#[component]
pub fn LockStyles() -> impl IntoView {
    use_messages();
    view! { <link rel="stylesheet" href=[use_session().api.as_str(), &path()].concat() /> }
}

/// Below the server's `Paths::api`; another one for each version of the style sheet, so that browsers can keep it.
pub(crate) fn path() -> String {
    ["/lock-", &VERSION.to_string(), ".css"].concat()
}
