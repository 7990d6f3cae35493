//! The button that opens the Lock dialog.

use leptos::prelude::*;
use leptos_passwordless::{LockDialog, Login};

/// An island around [`LockDialog`].
#[island]
pub fn LoginButton(login: Login) -> impl IntoView {
    view! { <LockDialog login /> }
}
