//! The Lock dialog as a part of a page.

use crate::{announce::announcing, options::options};
use leptos::prelude::*;
use leptos_passwordless::Lock;

/// An island around [`Lock`].
#[island]
pub fn LoginCard() -> impl IntoView {
    view! { <Lock options=options() hooks=announcing() /> }
}
