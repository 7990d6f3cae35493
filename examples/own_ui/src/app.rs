//! One page: a form for the number and one for the code, both usable without JavaScript.

use leptos::prelude::*;
use leptos_passwordless::{
    LockDialog, LockOptions, LockStyles, Passwordless, SignOutButton, SignedIn, SignedOut,
    flow::Screen,
    lock::{Color, Theme},
    use_login, use_passwordless, use_user,
};

/// The HTML document of a page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"Your own UI"</title>
                <link rel="icon" href="data:," />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let user = use_user();
    view! {
        <h1>"Your own UI"</h1>
        <LockStyles />
        <SignedOut>
            <LoginForm />
            <div>"Or with the dialog, in a colour of your own: " <LockDialog options=orange() /></div>
        </SignedOut>
        <SignedIn>
            <p>{move || user.get().map(|user| format!("You are {}.", user.name))}</p>
            <SignOutButton />
        </SignedIn>
    }
}

fn orange() -> LockOptions {
    let theme = Color::parse("#ea5323").map(|color| Theme::default().primary_color(color)).unwrap_or_default();
    LockOptions::default().theme(theme)
}

#[component]
fn LoginForm() -> impl IntoView {
    let login = use_passwordless(use_login());
    view! {
        <p role="alert" translate="no" inner_html=login.html(Passwordless::failure)></p>
        <form method="post" action=login.start_path() hidden=login.when(asks_for_code)
            on:submit=login.on(Passwordless::send_code)>
            <label>
                "Phone number, with the country code "
                <input type="tel" name="phone_number" autocomplete="tel" value=untrack(|| login.phone_number()) />
            </label>
            <input type="hidden" name="return_to" value=login.return_to() />
            <input type="hidden" name="confirmed" value=untrack(|| login.asked_back()) />
            <input type="hidden" name="login" value=untrack(|| login.login_name()) />
            <input type="hidden" name="form" value=login.form_name() />
            <button disabled=login.when(Passwordless::is_busy)>"Send code"</button>
        </form>
        <form method="post" action=login.verify_path() hidden=login.when(|login| !asks_for_code(login))
            on:submit=login.on(Passwordless::verify)>
            <label>
                "Code "
                <input name="code" inputmode="numeric" autocomplete="one-time-code"
                    on:input=login.on(Passwordless::type_code) />
            </label>
            <input type="hidden" name="login" value=untrack(|| login.login_name()) />
            <button disabled=login.when(Passwordless::is_busy)>"Log in"</button>
            <a href="?edit" on:click=login.on(Passwordless::edit_number)>"Use another number"</a>
        </form>
    }
}

fn asks_for_code(login: Passwordless) -> bool {
    login.screen() == Screen::EnterCode
}
