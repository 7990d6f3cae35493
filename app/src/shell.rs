//! The document around every page, and the routes.

use crate::login_button::LoginButton;
use crate::pages::{
    gallery::{Gallery, options::GalleryOptions},
    home::Home,
    login::LoginPage,
    login_custom::LoginCustom,
    logout::Logout,
    not_found::NotFound,
    profile::Profile,
};
use crate::texts::use_texts;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_passwordless::{
    SignOutButton,
    api::SIGN_OUT_PATH,
    server::{use_current_user, use_language},
};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};

/// The HTML document of a page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let scripts = view! { <HydrationScripts options=options.clone() islands=true /> };
    document(options, scripts, view! { <App /> })
}

/// The HTML document of whatever is not there: the same for every path, so no page can be had under another one.
pub fn not_found(options: LeptosOptions) -> impl IntoView {
    provide_meta_context();
    let page = view! {
        <SiteTitle />
        <header class="site">
            <Brand />
        </header>
        <main class="page">
            <NotFound />
        </main>
    };
    document(options, (), page)
}

fn document(options: LeptosOptions, scripts: impl IntoView, page: impl IntoView) -> impl IntoView {
    let messages = use_language().messages();
    view! {
        <!DOCTYPE html>
        <html lang=messages.language.clone() dir=messages.direction()>
            <head>
                {document_head(options)}
                {scripts}
                <MetaTags />
            </head>
            <body>
                {page}
            </body>
        </html>
    }
}

/// What the head of every document begins with.
pub(crate) fn document_head(options: LeptosOptions) -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <HashedStylesheet options />
    }
}

/// The pages by their paths. `/profile` is for the signed-in only, which the server sees to.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <SiteTitle />
        <Router>
            <SiteHeader />
            <main class="page">
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async />
                    <Route path=path!("/login/custom") view=LoginCustom ssr=SsrMode::Async />
                    <Route path=path!("/logout") view=Logout ssr=SsrMode::Async />
                    <Route path=path!("/gallery") view=Gallery ssr=SsrMode::Async />
                    <Route path=path!("/gallery/options") view=GalleryOptions ssr=SsrMode::Async />
                    <Route path=path!("/profile") view=Profile ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
        </Router>
    }
}

#[component]
fn SiteTitle() -> impl IntoView {
    view! { <Title formatter=|title: String| format!("{title} · Passwordless") /> }
}

#[component]
fn SiteHeader() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    // These pages have the form themselves.
    let (is_login_page, is_logout_page) = (path.starts_with("/login"), path == SIGN_OUT_PATH);
    let is_stranger = use_current_user().is_none();
    let texts = use_texts();
    view! {
        <header class="site">
            <Brand />
            <nav aria-label=texts.navigation.as_str()>
                <a href="/profile">{texts.profile.as_str()}</a>
                {(!is_stranger && !is_logout_page).then(|| view! { <SignOutButton /> })}
                {(is_stranger && !is_login_page && !is_logout_page).then(|| view! { <LoginButton /> })}
            </nav>
        </header>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/" translate="no">
            "Passwordless"
        </a>
    }
}
