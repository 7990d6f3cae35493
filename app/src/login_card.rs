//! The Lock dialog as a part of a page.

use leptos::prelude::*;
use leptos_passwordless::{Lock, LockOptions, Login};

/// An island around [`Lock`].
#[island]
pub fn LoginCard(login: Login, options: LockOptions) -> impl IntoView {
    view! { <Lock login options /> }
}
