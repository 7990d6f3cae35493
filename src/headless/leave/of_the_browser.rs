//! Where the browser renders pages: it may be on another one than the server knows of.

use crate::headless::{Passwordless, dom};
use leptos::{prelude::window, task::spawn_local};
use web_sys::UrlSearchParams;

/// Parameters of pages that show a login; the page itself is the one without them.
const OF_THE_LOGIN: [&str; 3] = ["login", "refused", "edit"];

/// Where the user is signed in already, the views change without a reload, and the app's router shows the page that the
/// login was for; it is loaded if the router may not know it.
pub(in crate::headless) fn go_to(passwordless: Passwordless, url: &str) {
    if !url.starts_with('/') {
        return dom::go_to(url);
    }
    let url = url.to_owned();
    let was_rendered_here = passwordless.is_rendered_here();
    spawn_local(async move {
        crate::page::refresh(String::new()).await;
        if url == here() {
        } else if was_rendered_here {
            dom::follow(&url);
        } else {
            dom::go_to(&url);
        }
    });
}

/// The page that the browser is on, or on the login page the one that it asks for.
pub(in crate::headless) fn return_to(passwordless: Passwordless) -> String {
    let asked = query().and_then(|query| query.get("return_to"));
    let is_login_page = passwordless.login(|login| login.page_url.split('?').next() == Some(&path()));
    asked.unwrap_or_else(|| if is_login_page { passwordless.return_to() } else { here() })
}

/// Opens the login page, which comes back here.
pub(crate) fn go_to_login() {
    let login_page = crate::page::use_session().login_page;
    let return_to = String::from(js_sys::encode_uri_component(&here()));
    dom::follow(&[&login_page, "?return_to=", &return_to].concat());
}

fn here() -> String {
    let Some(query) = query() else { return path() };
    for parameter in OF_THE_LOGIN {
        query.delete(parameter);
    }
    let query = String::from(query.to_string());
    if query.is_empty() { path() } else { [&path(), "?", &query].concat() }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn query() -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(&window().location().search().ok()?).ok()
}
