//! The login page of the tenant: the same dialog, alone in a document of its own.

use crate::{login_card::LoginCard, shell::document_head};
use leptos::prelude::*;
use leptos_passwordless::{
    LockOptions, Login,
    messages::Text,
    server::{Language, SmsNotice, provide_login},
};

/// What the login page of a tenant shows.
#[derive(Clone, Debug)]
pub struct TenantLogin {
    /// The state of the dialog.
    pub login: Login,
    /// Its looks.
    pub options: LockOptions,
    /// The name of the application that the user logs in to.
    pub application: String,
    /// The page that frames this one, if one does.
    pub frame: Option<FramedBy>,
    /// The language of the warning that codes by SMS can be intercepted, if it is shown.
    pub sms_notice: Option<Language>,
}

/// A page that frames the login page.
#[derive(Clone, Debug)]
pub struct FramedBy {
    /// Its origin, for messages to it.
    pub origin: String,
    /// Whether the dialog is inside an element of that page, not above it.
    pub is_inline: bool,
    /// Whether the user can close the dialog.
    pub closable: bool,
    /// Whether the first field gets the focus when the frame does.
    pub autofocus: bool,
}

/// The HTML document.
pub fn tenant_login(options: LeptosOptions, page: TenantLogin) -> impl IntoView {
    let TenantLogin { login, options: looks, application, frame, sms_notice } = page;
    let messages = login.messages().clone();
    let title = format!("{} – {application}", messages.get(Text::Title));
    let heading = title.clone();
    let close = messages.get(Text::Close).to_owned();
    provide_login(login);
    provide_context(looks);
    let class = match &frame {
        Some(FramedBy { is_inline: true, .. }) => "framed inline",
        Some(_) => "framed",
        None => "alone",
    };
    let closable = frame.as_ref().is_some_and(|frame| frame.closable && !frame.is_inline);
    view! {
        <!DOCTYPE html>
        <html lang=messages.language.clone() dir=messages.direction() class=class>
            <head>
                <title>{title}</title>
                {document_head(options.clone())}
                <HydrationScripts options islands=true />
                {frame.map(|frame| {
                    view! {
                        <script
                            src="/lock-frame.js"
                            data-origin=frame.origin
                            data-autofocus=frame.autofocus
                            defer
                        ></script>
                    }
                })}
            </head>
            <body>
                <main class="tenant-login">
                    <h1 class="visually-hidden">{heading}</h1>
                    <div class="lock-window">
                        <button type="button" class="lock-close" data-lock-close aria-label=close hidden=!closable>
                            <span aria-hidden="true">"×"</span>
                        </button>
                        <LoginCard />
                    </div>
                    <p class="application">{application}</p>
                    {sms_notice.map(|language| view! { <SmsNotice language /> })}
                </main>
            </body>
        </html>
    }
}
