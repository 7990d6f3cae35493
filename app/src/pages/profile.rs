use leptos::prelude::*;
use leptos_meta::Title;
use leptos_passwordless::server::{CurrentUser, use_current_user};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// `/profile`: the user's claims, for signed-in users only.
#[component]
pub(crate) fn Profile() -> impl IntoView {
    view! {
        <Title text="Profile" />
        <h1>"Profile"</h1>
        {use_current_user().map(|user| view! { <Details user /> })}
    }
}

#[component]
fn Details(user: CurrentUser) -> impl IntoView {
    view! {
        <dl class="profile">
            <dt>"Name"</dt>
            <dd>{user.name}</dd>
            <dt>"User ID"</dt>
            <dd>{user.user_id}</dd>
            <dt>"Phone number"</dt>
            <dd>{user.phone_number.unwrap_or_else(|| "not shared".to_owned())}</dd>
            <dt>"Logged in"</dt>
            <dd>
                <time datetime=user.signed_in_at.format(&Rfc3339).ok()>{readable(user.signed_in_at)}</time>
            </dd>
            {user.consent.map(|consent| {
                view! {
                    <dt>"Terms accepted"</dt>
                    <dd>{format!("version {}, {}", consent.version, readable(consent.at))}</dd>
                }
            })}
        </dl>
    }
}

/// In UTC: the server does not know the time zone of the browser.
fn readable(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{} {} {}, {:02}:{:02} UTC", at.day(), at.month(), at.year(), at.hour(), at.minute())
}
