use crate::headless::Passwordless;
use leptos::prelude::*;

/// Hidden fields: the login that a plain form belongs to, because two tabs are two logins, and the form's own name, so that
/// it sends one message even if it is submitted twice.
#[component]
pub(super) fn LoginName(passwordless: Passwordless) -> impl IntoView {
    view! {
        <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) />
        <input type="hidden" name="form" value=passwordless.form_name() />
    }
}
