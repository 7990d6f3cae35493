//! The pages.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_passwordless::{Lock, LockDialog, LockStyles, RequireLogin, SignOutButton, SignedIn, SignedOut, use_user};
use leptos_router::{
    components::{A, Route, Router, Routes},
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
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// All pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Notes" />
        <Router>
            <Navigation />
            <main>
                <Routes fallback=|| "Page not found.">
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/about") view=AboutPage />
                    <Route path=path!("/account") view=|| view! { <RequireLogin><AccountPage /></RequireLogin> } />
                    <Route path=path!("/login") view=|| view! { <Lock /> } />
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    view! {
        <nav aria-label="Main">
            <A href="/">"Notes"</A>
            " · "
            <A href="/about">"About"</A>
            " · "
            <A href="/account">"Account"</A>
            <LockStyles /> <SignedOut><LockDialog /></SignedOut> <SignedIn><SignOutButton /></SignedIn>
        </nav>
    }
}

#[component]
fn HomePage() -> impl IntoView {
    let (count, set_count) = signal(0);
    view! {
        <h1>"Notes"</h1>
        <button on:click=move |_| *set_count.write() += 1>"New notes: " {count}</button>
    }
}

#[component]
fn AboutPage() -> impl IntoView {
    view! { <h1>"About"</h1> }
}

#[component]
fn AccountPage() -> impl IntoView {
    let user = use_user();
    view! {
        <h1>"Account"</h1>
        <p>{move || user.get().map(|user| format!("You are {}.", user.name))}</p>
    }
}
