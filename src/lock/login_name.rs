use crate::headless::Passwordless;
use leptos::prelude::*;

/// Tells which login a plain form is about, as two tabs are two logins; and the form's own name, as one that is sent twice
/// asks for one message.
#[component]
pub(super) fn LoginName(passwordless: Passwordless) -> impl IntoView {
    view! {
        <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) />
        <input type="hidden" name="form" value=passwordless.form_name() />
    }
}
