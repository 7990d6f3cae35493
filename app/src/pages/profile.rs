mod sessions;

use crate::texts::{Texts, use_texts};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_passwordless::{
    messages::Text,
    server::{CurrentUser, use_current_user, use_language},
};
use sessions::Sessions;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// `/profile`: the user's claims, for signed-in users only.
#[component]
pub(crate) fn Profile() -> impl IntoView {
    let texts = use_texts();
    view! {
        <Title text=texts.profile.as_str() />
        <h1>{texts.profile.as_str()}</h1>
        {use_current_user().map(|user| view! { <Details user texts /> })}
        <Sessions texts />
    }
}

#[component]
fn Details(user: CurrentUser, texts: &'static Texts) -> impl IntoView {
    let phone_label = use_language().messages().get(Text::PhoneLabel).to_owned();
    view! {
        <dl class="profile">
            <dt>{texts.name.as_str()}</dt>
            <dd><bdi>{user.name}</bdi></dd>
            <dt>{texts.user_id.as_str()}</dt>
            <dd><bdi>{user.user_id}</bdi></dd>
            <dt>{phone_label}</dt>
            <dd><bdi>{user.phone_number.unwrap_or_else(|| texts.not_shared.clone())}</bdi></dd>
            <dt>{texts.logged_in_at.as_str()}</dt>
            <dd>
                <Moment at=user.signed_in_at />
            </dd>
            {user.consent.map(|consent| {
                view! {
                    <dt>{texts.terms_accepted.as_str()}</dt>
                    <dd>{texts.version(&consent.version, &readable(consent.at))}</dd>
                }
            })}
        </dl>
    }
}

#[component]
fn Moment(at: OffsetDateTime) -> impl IntoView {
    view! {
        <time datetime=at.format(&Rfc3339).ok() dir="ltr">
            {readable(at)}
        </time>
    }
}

/// In UTC: the server does not know the time zone of the browser. Without the name of the month it is the same in every language.
fn readable(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}
