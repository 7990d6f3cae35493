use super::{Card, LockOptions, close_button::CloseButton};
use crate::headless::use_passwordless;
use crate::login::Login;
use leptos::{ev::MouseEvent, html::Dialog, prelude::*};

/// A button, and the dialog that it opens as a modal.
///
/// The button is a link to the page that shows the same dialog, so it works before hydration and without JavaScript.
/// The modal is a native `<dialog>`: the browser keeps the focus inside, closes it on Esc and gives the focus back.
#[component]
pub fn LockDialog(
    /// What the server knows of this browser's login, from [`use_login`](crate::server::use_login).
    login: Login,
    /// How the dialog looks and behaves.
    #[prop(optional)]
    options: LockOptions,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let passwordless = use_passwordless(login);
    let open = move |click: MouseEvent| {
        // Only where the modal really opens is the link not followed.
        if dialog.get().is_some_and(|dialog| dialog.show_modal().is_ok()) {
            click.prevent_default();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get() {
            dialog.close();
        }
    };
    view! {
        <a
            class="lock-open"
            href=passwordless.login_page()
            aria-haspopup="dialog"
            data-hydrated=move || passwordless.hydrated().to_string()
            on:click=open
        >
            {options.open_label.clone()}
        </a>
        <dialog class="lock" aria-labelledby="lock-title" node_ref=dialog>
            <CloseButton on_close=close />
            <Card passwordless options />
        </dialog>
    }
}
