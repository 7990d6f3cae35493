//! How much of the dialog the compiled client can render.
//!
//! With the feature `islands` the server renders everything, and the client binds what changes in it: the code that renders a
//! card anew would be a third of it. Without it the browser renders dialogs too.

#[cfg(all(feature = "islands", not(feature = "ssr")))]
use super::written::Written;
use crate::headless::Passwordless;
use crate::whole_view::WholeView;
use leptos::prelude::*;

/// The screens of every card, as one type: the compiler would otherwise have to look through all of it for each view that
/// contains one, and gives up ("overflow evaluating the requirement", "queries overflow the depth limit").
pub(super) fn screens(view: impl IntoView + 'static) -> AnyView {
    WholeView(view).into_any()
}

/// The last element of a card, which tells that hydration came to its end. A server renders it in any case, as it may have been
/// compiled for an app with islands and for another one at once.
#[cfg(any(feature = "ssr", not(feature = "islands")))]
pub(super) fn end(passwordless: Passwordless) -> impl IntoView {
    view! { <span {..super::pristine::END.of(passwordless)}></span> }
}

/// Islands are not hydrated.
#[cfg(all(feature = "islands", not(feature = "ssr")))]
pub(super) fn end(_: Passwordless) {}

/// Renders so many elements, and renders again when more is known than the page brought.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(super) fn again<V: IntoView + 'static>(
    passwordless: Passwordless,
    _: usize,
    view: impl Fn() -> V + Send + 'static,
) -> impl IntoView {
    WholeView(move || {
        passwordless.track_login();
        view()
    })
}

#[cfg(feature = "ssr")]
pub(super) fn again<V: IntoView>(_: Passwordless, _: usize, view: impl Fn() -> V) -> V {
    view()
}

/// The dialog as the server wrote it.
#[cfg(all(feature = "islands", not(feature = "ssr")))]
pub(super) fn again<V>(passwordless: Passwordless, elements: usize, _: impl Fn() -> V) -> Written {
    Written { passwordless, elements }
}
