//! How much of the dialog the compiled client can render.
//!
//! With the feature `islands` the server renders everything, and the client only hydrates it: the code that renders a card
//! anew would be a third of it. Without it the browser renders dialogs too.

use crate::headless::Passwordless;
#[cfg(any(feature = "ssr", not(feature = "islands")))]
use crate::whole_view::WholeView;
use leptos::prelude::*;

/// The screens of every card, as one type: the compiler would otherwise have to look through all of it for each view that
/// contains one, and gives up ("overflow evaluating the requirement", "queries overflow the depth limit").
#[cfg(any(feature = "ssr", not(feature = "islands")))]
pub(super) fn screens<V: IntoView + 'static>(_: Passwordless, view: impl FnOnce() -> V) -> AnyView {
    WholeView(view()).into_any()
}

/// The screens as the server wrote them.
#[cfg(all(feature = "islands", not(feature = "ssr")))]
pub(super) fn screens<V>(passwordless: Passwordless, _: impl FnOnce() -> V) -> impl IntoView {
    super::written::Written(passwordless)
}

/// Renders again when more is known than the page brought.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(super) fn again<V: IntoView + 'static>(
    passwordless: Passwordless,
    view: impl Fn() -> V + Send + 'static,
) -> impl IntoView {
    WholeView(move || {
        passwordless.track_login();
        view()
    })
}

#[cfg(any(feature = "ssr", feature = "islands"))]
pub(super) fn again<V: IntoView>(_: Passwordless, view: impl Fn() -> V) -> V {
    view()
}
