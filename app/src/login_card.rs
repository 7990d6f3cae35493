//! The Lock dialog as a part of a page.

use leptos::prelude::*;
use leptos_passwordless::{Lock, Login};

/// An island around [`Lock`].
#[island]
pub fn LoginCard(login: Login) -> impl IntoView {
    view! { <Lock login /> }
}
