//! The pages of `/oidc/logout`.

use maud::html;

use super::{Page, form_target};

/// Asks whether to log out.
pub(crate) fn confirm(client: Option<&str>, kept: &[(&'static str, &str)], return_to: Option<&str>) -> Page {
    let body = html! {
        h1 { "Log out?" }
        p {
            @if let Some(name) = client { (name) " asks to end your session here." }
            @else { "An application asks to end your session here." }
        }
        form method="post" action="/u/logout" {
            @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
            button type="submit" { "Log out" }
        }
    };
    let target = return_to.map(form_target).unwrap_or_default();
    Page { policy: format!("; form-action 'self' {target}"), ..Page::new("Log out?", body) }
}

/// Where no application is to be returned to.
pub(crate) fn done() -> Page {
    Page::new("Logged out", html! { h1 { "You are logged out" } })
}
