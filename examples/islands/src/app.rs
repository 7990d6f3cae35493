//! The pages, and the islands in them.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_passwordless::{Lock, LockDialog, LockStyles, RequireLogin, SignOutButton, SignedIn, SignedOut, use_user};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The HTML document of a page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="icon" href="data:," />
                <AutoReload options=options.clone() />
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// All pages. `/account` must be rendered before it is sent, so that it can be a redirect instead.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Notes" />
        <LockStyles />
        <Router>
            <Navigation />
            <main>
                <FlatRoutes fallback=|| "Page not found.">
                    <Route path=path!("/") view=|| view! { <h1>"Notes"</h1> } />
                    <Route path=path!("/about") view=|| view! { <h1>"About"</h1> } />
                    <Route
                        path=path!("/account")
                        view=|| view! { <RequireLogin><AccountPage /></RequireLogin> }
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/login") view=|| view! { <LoginCard /> } />
                </FlatRoutes>
            </main>
        </Router>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    view! {
        <nav aria-label="Main">
            <a href="/">"Notes"</a>
            " · "
            <a href="/about">"About"</a>
            " · "
            <a href="/account">"Account"</a>
            <SignedOut><LoginButton /></SignedOut>
            <SignedIn><SignOutButton /></SignedIn>
        </nav>
    }
}

/// The button that opens the dialog.
#[island]
pub fn LoginButton() -> impl IntoView {
    view! { <LockDialog /> }
}

/// The dialog as a part of a page.
#[island]
pub fn LoginCard() -> impl IntoView {
    view! { <Lock /> }
}

#[component]
fn AccountPage() -> impl IntoView {
    let user = use_user();
    view! {
        <h1>"Account"</h1>
        <p>{move || user.get().map(|user| format!("You are {}.", user.name))}</p>
    }
}
