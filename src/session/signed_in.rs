use crate::page::use_user;
use crate::whole_view::WholeView;
use leptos::prelude::*;

/// Shows its children to signed-in users.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{LockDialog, SignOutButton, SignedIn, SignedOut};
///
/// #[component]
/// fn Navigation() -> impl IntoView {
///     view! {
///         <SignedOut><LockDialog /></SignedOut>
///         <SignedIn><SignOutButton /></SignedIn>
///     }
/// }
/// ```
#[component]
pub fn SignedIn(children: ChildrenFn) -> impl IntoView {
    let user = use_user();
    WholeView(view! { <Show when=move || user.with(Option::is_some)>{children()}</Show> }).into_any()
}

/// Shows its children where nobody is signed in.
#[component]
pub fn SignedOut(children: ChildrenFn) -> impl IntoView {
    let user = use_user();
    WholeView(view! { <Show when=move || user.with(Option::is_none)>{children()}</Show> }).into_any()
}
