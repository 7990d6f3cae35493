use super::Moment;
use crate::texts::Texts;
use leptos::prelude::*;
use leptos_passwordless::{
    messages::Text,
    server::{ListedSession, SessionList, use_language, use_session_list},
};

/// The sessions of the user, each with a form that ends it.
#[component]
pub(super) fn Sessions(texts: &'static Texts) -> impl IntoView {
    let log_out = use_language().messages().get(Text::LogOut).to_owned();
    use_session_list().map(|list| {
        view! {
            <Suspense>
                {Suspend::new(async move {
                    let all = list.all().await.unwrap_or_default();
                    view! { <Listed list all texts log_out /> }
                })}
            </Suspense>
        }
    })
}

#[component]
fn Listed(list: SessionList, all: Vec<ListedSession>, texts: &'static Texts, log_out: String) -> impl IntoView {
    let end = list.end_action();
    let item = |(number, session)| view! { <Item number session texts log_out=log_out.clone() end=end.clone() /> };
    view! {
        <section class="sessions" aria-labelledby="sessions">
            <h2 id="sessions">{texts.sessions.as_str()}</h2>
            <ul role="list">{all.into_iter().enumerate().map(item).collect_view()}</ul>
            <form class="card" method="post" action=list.end_all_action()>
                <button type="submit">{texts.log_out_everywhere.as_str()}</button>
            </form>
        </section>
    }
}

#[component]
fn Item(
    number: usize,
    session: ListedSession,
    texts: &'static Texts,
    log_out: String,
    /// Where the form posts to.
    end: String,
) -> impl IntoView {
    let ListedSession { name, device, signed_in_at, last_used_at, is_current, .. } = session;
    let device_id = format!("session-{number}");
    view! {
        <li class="card">
            <p class="device" id=device_id.clone()>
                <bdi>{device.name().unwrap_or_else(|| texts.unknown_device.clone())}</bdi>
                {is_current.then(|| view! { " " <span class="current">{texts.this_session.as_str()}</span> })}
            </p>
            <dl>
                <dt>{texts.last_used.as_str()}</dt>
                <dd>
                    <Moment at=last_used_at />
                </dd>
                <dt>{texts.logged_in_at.as_str()}</dt>
                <dd>
                    <Moment at=signed_in_at />
                </dd>
            </dl>
            <form method="post" action=end>
                <input type="hidden" name="session" value=name />
                <button type="submit" aria-describedby=device_id>
                    {log_out}
                </button>
            </form>
        </li>
    }
}
