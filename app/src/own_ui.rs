//! Your own UI: two plain forms written with the headless API. An example to copy.

use leptos::prelude::*;
use leptos_passwordless::{Passwordless, flow::Screen, messages::Text, use_login, use_passwordless};

/// Asks for the phone number, then for the code; errors in words, resend, and a way back.
#[island]
pub fn OwnUi() -> impl IntoView {
    let passwordless = use_passwordless(use_login());
    view! {
        <section class="card" data-hydrated=passwordless.aria(Passwordless::is_hydrated)>
            <p id="own-failure" class="failure" role="alert" translate="no"
                inner_html=passwordless.html(Passwordless::failure)></p>
            <form class="plain" method="post" action=passwordless.start_path() hidden=passwordless.when(asks_for_code)
                on:submit=passwordless.on(Passwordless::send_code)>
                <label>
                    <span>"Enter your phone number, with the country code"</span>
                    <input type="tel" name="phone_number" autocomplete="tel"
                        value=untrack(|| passwordless.phone_number()) aria-describedby="own-failure" />
                </label>
                <label hidden=!untrack(|| passwordless.must_accept_terms())>
                    <input type="checkbox" name="accept_terms" />
                    {passwordless.text(Text::AcceptTerms)}
                </label>
                <input type="hidden" name="country" value=untrack(|| String::from(passwordless.country())) />
                <input type="hidden" name="return_to" value=passwordless.return_to() />
                <input type="hidden" name="confirmed" value=untrack(|| passwordless.asked_back()) />
                <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) />
                <input type="hidden" name="form" value=passwordless.form_name() />
                <button disabled=passwordless.when(Passwordless::is_busy)>"Send SMS"</button>
            </form>
            <div hidden=passwordless.when(|login| !asks_for_code(login))>
                <p translate="no" inner_html=passwordless.html(instructions)></p>
                <form class="plain" method="post" action=passwordless.verify_path()
                    on:submit=passwordless.on(Passwordless::verify)>
                    <label>
                        <span>"Enter the verification code"</span>
                        <input name="code" inputmode="numeric" autocomplete="one-time-code"
                            on:input=passwordless.on(Passwordless::type_code) aria-describedby="own-failure" />
                    </label>
                    <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) />
                    <button disabled=passwordless.when(Passwordless::is_busy)>"Login"</button>
                </form>
                <form method="post" action=passwordless.resend_path()
                    on:submit=passwordless.on(Passwordless::resend)>
                    <input type="hidden" name="login" value=untrack(|| passwordless.login_name()) />
                    <button disabled=passwordless.when(Passwordless::must_wait) translate="no"
                        inner_html=passwordless.html(Passwordless::resend_label)></button>
                </form>
                <a href="?edit" on:click=passwordless.on(Passwordless::edit_number)>"Use another number"</a>
            </div>
        </section>
    }
}

fn asks_for_code(login: Passwordless) -> bool {
    login.screen() == Screen::EnterCode
}

fn instructions(login: Passwordless) -> String {
    login.messages(|messages| messages.with_phone(Text::CodeInstructions, &login.sent_to()))
}
