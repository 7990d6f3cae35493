use crate::page::use_user;
use crate::whole_view::WholeView;
use leptos::prelude::*;

/// Shows its children to signed-in users, and sends others to the login page, which comes back: for the pages of a router,
/// also after a navigation in the browser.
///
/// What the children show is protected by the server functions that deliver it, or by `server::require_login_below`.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{RequireLogin, use_user};
///
/// #[component]
/// fn AccountPage() -> impl IntoView {
///     let user = use_user();
///     view! { <RequireLogin>{move || user.get().map(|user| user.name)}</RequireLogin> }
/// }
/// ```
#[component]
pub fn RequireLogin(children: ChildrenFn) -> impl IntoView {
    let user = use_user();
    ask_to_log_in(user);
    WholeView(view! { <Show when=move || user.with(Option::is_some)>{children()}</Show> }).into_any()
}

#[cfg(feature = "ssr")]
fn ask_to_log_in(user: Signal<Option<crate::User>>) {
    if user.with_untracked(Option::is_none) {
        crate::server::page_context::redirect_to_login();
    }
}

/// The server has redirected the page.
#[cfg(all(feature = "islands", not(feature = "ssr")))]
fn ask_to_log_in(_: Signal<Option<crate::User>>) {}

#[cfg(not(any(feature = "ssr", feature = "islands")))]
fn ask_to_log_in(user: Signal<Option<crate::User>>) {
    use crate::{headless, page};
    use std::time::Duration;

    Effect::new(move |_| {
        if user.with(Option::is_none) && page::is_user_known() {
            // A router changes the location once it has rendered the page.
            set_timeout(headless::go_to_login, Duration::ZERO);
        }
    });
}
