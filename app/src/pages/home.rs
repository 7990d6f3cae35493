use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_passwordless::server::use_current_user;

/// `/`
#[component]
pub(crate) fn Home() -> impl IntoView {
    view! {
        <Title text="Home" />
        <h1>"Log in with your phone"</h1>
        {match use_current_user() {
            Some(user) => Either::Left(view! { <p>{format!("You are signed in as {}.", user.name)}</p> }),
            None => Either::Right(view! { <WaysIn /> }),
        }}
    }
}

#[component]
fn WaysIn() -> impl IntoView {
    view! {
        <p>"A phone number, a code by SMS, and you are in. No password."</p>
        <ul class="ways">
            <li>
                <strong>"The dialog: "</strong>
                "press “Log in” above, or open it "
                <a href="/login">"as a page"</a>
                ", which works without JavaScript too."
            </li>
            <li>
                <strong>"Your own UI: "</strong>
                <a href="/login/custom">"two plain forms"</a>
                " written with the headless API."
            </li>
            <li>
                <strong>"The tenant’s own page: "</strong>
                <a href="/login/hosted">"the hosted login"</a>
                "."
            </li>
        </ul>
    }
}
