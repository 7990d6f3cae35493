//! The Lock dialog: asks for the phone number, then for the code.
//!
//! [`state`] is the dialog as a pure state machine; the components here only draw it. Each screen is a real form that
//! posts to a server function, so the dialog works without JavaScript, as a page; [`LockDialog`] is the same in a modal.

mod close_button;
mod country_picker;
mod dialog;
mod enter_code;
mod enter_phone;
mod focus;
mod notice;
mod options;
mod signed_in;
pub mod state;
mod submit_button;

pub use dialog::LockDialog;
pub use options::LockOptions;

use crate::headless::{Passwordless, use_passwordless};
use crate::login::Login;
use enter_code::EnterCode;
use enter_phone::EnterPhone;
use leptos::{either::EitherOf3, prelude::*};
use notice::NoticeBar;
use signed_in::SignedIn;
use state::Screen;

/// The dialog as a part of a page.
#[component]
pub fn Lock(
    /// What the server knows of this browser's login, from [`use_login`](crate::server::use_login).
    login: Login,
    /// How the dialog looks and behaves.
    #[prop(optional)]
    options: LockOptions,
) -> impl IntoView {
    let passwordless = use_passwordless(login);
    view! {
        <section class="lock" aria-labelledby="lock-title" data-hydrated=move || passwordless.hydrated().to_string()>
            <Card passwordless options />
        </section>
    }
}

/// Header, notice and the screen of the moment.
#[component]
fn Card(passwordless: Passwordless, options: LockOptions) -> impl IntoView {
    let field = NodeRef::new();
    let screen = Memo::new(move |_| passwordless.screen());
    focus::follow(passwordless, field);
    view! {
        <header class="lock-header">
            <span class="lock-logo" aria-hidden="true"></span>
            <h2 id="lock-title" class="lock-title">
                {options.title}
            </h2>
        </header>
        <NoticeBar passwordless />
        {move || match screen.get() {
            Screen::EnterPhone => EitherOf3::A(view! { <EnterPhone passwordless field /> }),
            Screen::EnterCode => EitherOf3::B(view! { <EnterCode passwordless field /> }),
            Screen::SignedIn { continue_to } => EitherOf3::C(view! { <SignedIn continue_to /> }),
        }}
    }
}
