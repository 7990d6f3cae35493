//! Data that the server writes into a page, for the browser to hydrate with, as leptos does it for resources: both sides
//! call it in the same order.

use leptos::reactive::owner::Owner;

/// Writes data into the page, unless its browser does not hydrate this part of it.
#[cfg(feature = "ssr")]
pub(super) fn send(data: impl FnOnce() -> String) {
    let Some(context) = Owner::current_shared_context() else { return };
    let id = context.next_id();
    if context.get_is_hydrating() {
        let data = data();
        context.write_async(id, Box::pin(async move { data }));
    }
}

/// Takes the data of the page while it is hydrated.
#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
pub(super) fn receive() -> Option<String> {
    let context = Owner::current_shared_context()?;
    let id = context.next_id();
    context.read_data(&id)
}

/// Without leptos' `hydrate` no page is hydrated.
#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
pub(super) fn receive() -> Option<String> {
    let _ = Owner::current();
    None
}
