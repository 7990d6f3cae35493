use crate::texts::{Texts, use_texts};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_passwordless::{
    api::SIGN_OUT_PATH,
    messages::Text,
    server::{use_current_user, use_language},
};

/// `/logout`: a button, as no link signs anyone out.
#[component]
pub(crate) fn Logout() -> impl IntoView {
    let (texts, messages) = (use_texts(), use_language().messages());
    let log_out = messages.get(Text::LogOut).to_owned();
    view! {
        <Title text=log_out.clone() />
        <h1>{log_out.clone()}</h1>
        {match use_current_user() {
            Some(user) => Either::Left(view! { <Leave name=user.name log_out texts /> }),
            None => Either::Right(view! { <Stranger log_in=messages.get(Text::Title).to_owned() texts /> }),
        }}
    }
}

#[component]
fn Leave(name: String, log_out: String, texts: &'static Texts) -> impl IntoView {
    view! {
        <section class="card">
            <p>{texts.signed_in_as(&name)}</p>
            <form class="plain" method="post" action=SIGN_OUT_PATH>
                <button type="submit">{log_out}</button>
            </form>
        </section>
    }
}

#[component]
fn Stranger(log_in: String, texts: &'static Texts) -> impl IntoView {
    view! {
        <p>{texts.signed_out.as_str()} " " <a href="/login">{log_in}</a></p>
    }
}
