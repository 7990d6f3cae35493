use crate::{
    home_links::HomeLinks,
    texts::{Texts, use_texts},
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_passwordless::{
    messages::Text,
    server::{CurrentUser, use_current_user, use_language},
};

/// `/`
#[component]
pub(crate) fn Home() -> impl IntoView {
    let texts = use_texts();
    view! {
        <Title text=texts.home.as_str() />
        {match use_current_user() {
            Some(user) => Either::Left(view! { <Welcome user texts /> }),
            None => Either::Right(view! { <WaysIn texts /> }),
        }}
        <More texts />
    }
}

#[component]
fn Welcome(user: CurrentUser, texts: &'static Texts) -> impl IntoView {
    view! {
        <section class="hero">
            <img src="/signed-in.svg" alt="" width="320" height="180" />
            <h1>{texts.logged_in.as_str()}</h1>
            <p class="lead">{texts.signed_in_as(&user.name)}</p>
            <p>{texts.try_another.as_str()}</p>
        </section>
    }
}

#[component]
fn WaysIn(texts: &'static Texts) -> impl IntoView {
    let log_in = use_language().messages().get(Text::Title).to_owned();
    let has_sample = use_context::<HomeLinks>().is_some_and(|links| links.sample);
    view! {
        <section class="hero">
            <h1>{texts.heading.as_str()}</h1>
            <p class="lead">{texts.lead.as_str()}</p>
        </section>
        <ul class="ways">
            <Way to="/login" picture="/way-dialog.svg" title=&texts.dialog_title text=texts.dialog(&log_in) />
            <Way to="/login/custom" picture="/way-own.svg" title=&texts.own_title text=texts.own_text.clone() />
            <Way
                to="/login/hosted"
                picture="/way-hosted.svg"
                title=&texts.hosted_title
                text=texts.hosted_text.clone()
            />
            {has_sample.then(|| {
                let text = texts.script_text.clone();
                view! { <Way to="/sample" picture="/way-script.svg" title=&texts.script_title text /> }
            })}
        </ul>
    }
}

/// A card that leads to a way in.
#[component]
fn Way(to: &'static str, picture: &'static str, title: &'static str, text: String) -> impl IntoView {
    view! {
        <li>
            <img src=picture alt="" width="320" height="180" />
            <h2>
                <a href=to>{title}</a>
            </h2>
            <p>{text}</p>
        </li>
    }
}

/// What helps while one tries the login.
#[component]
fn More(texts: &'static Texts) -> impl IntoView {
    let HomeLinks { outbox, gallery, .. } = use_context().unwrap_or_default();
    (outbox.is_some() || gallery).then(|| {
        view! {
            <p class="more">
                {outbox.map(|url| view! { <a href=url>{texts.outbox.as_str()}</a> })}
                {gallery.then(|| view! { <a href="/gallery">{texts.gallery.as_str()}</a> })}
            </p>
        }
    })
}
