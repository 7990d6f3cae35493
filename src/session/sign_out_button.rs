use crate::headless::escaped;
use crate::messages::Text;
use crate::page::{use_messages, use_session};
use crate::whole_view::WholeView;
use leptos::{ev::SubmitEvent, prelude::*};

/// A button that signs out: of the app, and of the tenant where the browser has a session there.
///
/// It is a form that posts to the server's `Paths::logout`, so it works without JavaScript. In an app that is hydrated as a
/// whole, views change without a reload where the tenant has no session, as with the flow `token`.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::SignOutButton;
///
/// #[component]
/// fn Account() -> impl IntoView {
///     view! { <SignOutButton label="Leave" /> }
/// }
/// ```
#[component]
pub fn SignOutButton(
    /// The text of the button, if it is not to be "Log out" in the language of the page.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let (session, messages) = (use_session(), use_messages());
    let language = label.is_none().then(|| messages.language.clone());
    let label = label.unwrap_or_else(|| messages.get(Text::LogOut).to_owned());
    WholeView(view! {
        <form class="lock-sign-out" lang=language method="post" action=session.logout on:submit=sign_out>
            <button type="submit" inner_html=escaped(&label)></button>
        </form>
    })
    .into_any()
}

/// The server answers a form with the page that comes next.
#[cfg(any(feature = "ssr", feature = "islands"))]
fn sign_out(_: SubmitEvent) {}

#[cfg(not(any(feature = "ssr", feature = "islands")))]
fn sign_out(submit: SubmitEvent) {
    use crate::{headless, page};
    use leptos::task::spawn_local;

    submit.prevent_default();
    let signed_out = headless::sign_out(&use_session().logout);
    spawn_local(async move {
        // Without an answer, the form is sent as it would be without JavaScript.
        let Some(next) = signed_out.await else {
            let form: web_sys::HtmlFormElement = event_target(&submit);
            return drop(form.submit());
        };
        page::set_user(None);
        // A path of the app: the tenant has no session that would have to end as well.
        if !next.starts_with('/') {
            headless::go_to(&next);
        }
    });
}
