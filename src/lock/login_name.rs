use crate::headless::Passwordless;
use leptos::prelude::*;

/// Tells which login a plain form is about: two tabs are two logins.
#[component]
pub(super) fn LoginName(passwordless: Passwordless) -> impl IntoView {
    view! { <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) /> }
}
