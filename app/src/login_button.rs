//! The button that opens the Lock dialog.

use leptos::prelude::*;
use leptos_passwordless::{LockDialog, LockOptions, Login};

/// An island around [`LockDialog`].
#[island]
pub fn LoginButton(login: Login, options: LockOptions) -> impl IntoView {
    view! { <LockDialog login options /> }
}
