//! The options of the dialogs, which a page can set by a context. The browser takes them from the page.

use leptos_passwordless::LockOptions;

#[cfg(feature = "ssr")]
pub(crate) fn options() -> LockOptions {
    leptos::prelude::use_context().unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
pub(crate) fn options() -> LockOptions {
    LockOptions::default()
}
