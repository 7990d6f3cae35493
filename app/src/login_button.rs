//! The button that opens the Lock dialog.

use crate::options::options;
use leptos::prelude::*;
use leptos_passwordless::LockDialog;

/// An island around [`LockDialog`].
#[island]
pub fn LoginButton() -> impl IntoView {
    view! { <LockDialog options=options() /> }
}
