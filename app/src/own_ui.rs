//! Your own UI: two plain forms written with the headless API. An example to copy.

use leptos::prelude::*;
use leptos_passwordless::{
    Login,
    api::{RESEND_PATH, START_PATH, VERIFY_PATH},
    lock::state::Screen,
    messages, use_passwordless,
};

/// Asks for the phone number, then for the code; errors in words, resend, and a way back.
#[island]
pub fn OwnUi(login: Login) -> impl IntoView {
    let passwordless = use_passwordless(login);
    let asks_for_phone = move || passwordless.screen() == Screen::EnterPhone;
    let is_busy = move || passwordless.waiting_for().is_some();

    let enter_phone = move || {
        view! {
            <form class="plain" method="post" action=START_PATH on:submit=move |ev| passwordless.send_code(&ev)>
                <label for="own-phone">"Enter your phone number, with the country code"</label>
                <input id="own-phone" type="tel" name="phone_number" autocomplete="tel" placeholder="+1 415 555 2671"
                    value=untrack(|| passwordless.phone_number()) aria-describedby="own-failure" />
                <input type="hidden" name="country" value=passwordless.country().iso() />
                <input type="hidden" name="return_to" value=passwordless.return_to() />
                <button disabled=is_busy>"Send SMS"</button>
            </form>
        }
    };
    let enter_code = move || {
        view! {
            <p>{move || messages::code_instructions(&passwordless.sent_to())}</p>
            <form class="plain" method="post" action=VERIFY_PATH on:submit=move |ev| passwordless.verify(&ev)>
                <label for="own-code">"Enter the verification code"</label>
                <input id="own-code" name="code" inputmode="numeric" autocomplete="one-time-code"
                    aria-describedby="own-failure" />
                <button disabled=is_busy>"Login"</button>
            </form>
            <form method="post" action=RESEND_PATH on:submit=move |ev| passwordless.resend(&ev)>
                <button disabled=move || passwordless.hydrated() && !passwordless.can_resend()>
                    {move || passwordless.resend_label()}
                </button>
            </form>
            <a href="?edit" on:click=move |ev| passwordless.edit_number(&ev)>"Use another number"</a>
        }
    };

    view! {
        <section class="card" data-hydrated=move || passwordless.hydrated().to_string()>
            <p id="own-failure" class="failure" role="alert">{move || passwordless.failure()}</p>
            <Show when=asks_for_phone fallback=enter_code>{enter_phone()}</Show>
        </section>
    }
}
