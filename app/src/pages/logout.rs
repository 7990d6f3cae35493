use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_passwordless::{api::SIGN_OUT_PATH, server::use_current_user};

/// `/logout`: a button, as no link signs anyone out.
#[component]
pub(crate) fn Logout() -> impl IntoView {
    view! {
        <Title text="Log out" />
        <h1>"Log out"</h1>
        {match use_current_user() {
            Some(user) => Either::Left(view! { <Leave name=user.name /> }),
            None => Either::Right(view! {
                <p>
                    "You are not signed in. "
                    <a href="/login">"Log in"</a>
                </p>
            }),
        }}
    }
}

#[component]
fn Leave(name: String) -> impl IntoView {
    view! {
        <section class="card">
            <p>{format!("You are signed in as {name}.")}</p>
            <form class="plain" method="post" action=SIGN_OUT_PATH>
                <button type="submit">"Log out"</button>
            </form>
        </section>
    }
}
