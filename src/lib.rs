//! Sign in by SMS for Leptos apps: Auth0's Lock dialog, a headless API for your own UI, and the server half.
//!
//! A user enters a phone number, gets a one-time code by SMS, enters the code, and is signed in. The codes are sent and
//! checked by a tenant at Auth0, or by one that speaks the same protocol; the browser talks to your app only.
//!
//! # In three steps
//!
//! **1. Depend on it**, and pass the features on to the two halves of your app. An app with islands takes `islands` too, which
//! halves what the login adds to its script.
//!
//! ```toml
//! [features]
//! hydrate = ["leptos/hydrate", "leptos_passwordless/hydrate"]
//! ssr = ["leptos/ssr", "leptos_passwordless/ssr"]
//! ```
//!
//! **2. Show the dialog**, in a component or an island: [`LockDialog`] is a button that opens it as a modal, [`Lock`] the
//! dialog as a part of a page; put one on the page `/login`, which works without JavaScript.
//!
//! ```
//! # mod example {
//! use leptos::prelude::*;
//! use leptos_passwordless::{LockDialog, LockStyles, SignOutButton, SignedIn, SignedOut, use_user};
//!
//! #[component] // #[island], if your app has islands
//! pub fn Account() -> impl IntoView {
//!     let user = use_user();
//!     view! {
//!         <LockStyles />
//!         <SignedOut><LockDialog /></SignedOut>
//!         <SignedIn>
//!             {move || user.get().map(|user| user.name)}
//!             <SignOutButton />
//!         </SignedIn>
//!     }
//! }
//! # }
//! ```
//!
//! **3. Install the server half** around the routes of your app, with a session store for the `tower-sessions` that
//! `server::tower_sessions` is:
//!
//! ```
//! # #[cfg(feature = "ssr")]
//! # fn example(
//! #     routes: axum::Router,
//! #     sessions: impl tower_sessions::SessionStore + Clone,
//! # ) -> Result<axum::Router, Box<dyn std::error::Error>> {
//! use leptos_passwordless::server::{Auth, AuthConfig, install};
//!
//! let config = AuthConfig::new(
//!     "https://app.example.com".parse()?,
//!     "demo.eu.auth0.com".parse()?,
//!     "the client id".to_owned(),
//!     "the client secret".into(),
//! );
//! let routes = install(routes, &Auth::new(config)?, sessions);
//! # Ok(routes)
//! # }
//! ```
//!
//! Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: limits count by the user's address.
//!
//! # Who is signed in
//!
//! - In views [`use_user`], [`SignedIn`] and [`SignedOut`].
//! - In handlers and server functions `server::CurrentUser`, an extractor, or `server::use_current_user`.
//! - Private pages: [`RequireLogin`] for those of a router, also after a navigation in the browser; `server::require_login` for
//!   Axum routes, and `server::require_login_below` for paths.
//!
//! # Options, looks and hooks
//!
//! [`LockOptions`] are Lock's, by its names; [`Hooks`] receive an event at every step and can refuse two of them. What the
//! server decides (languages, countries, terms, the last login) is set in `server::AuthConfig`.
//!
//! ```
//! # mod example {
//! use leptos::prelude::*;
//! use leptos_passwordless::{Hooks, LockDialog, LockOptions, lock::{Color, Theme}};
//!
//! #[component]
//! pub fn LoginButton() -> impl IntoView {
//!     let theme = Color::parse("#ea5323").map(|color| Theme::default().primary_color(color)).unwrap_or_default();
//!     let options = LockOptions::default().autoclose(true).theme(theme);
//!     let hooks = Hooks::default().on_event(|event| leptos::logging::log!("{event:?}"));
//!     view! { <LockDialog options hooks /> }
//! }
//! # }
//! ```
//!
//! # Your own UI
//!
//! [`use_passwordless`] is the login without its looks; the dialog itself is built on it.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `hydrate`: for the client, compiled to WebAssembly, of an app that is hydrated.
//! - `islands`: for both halves of an app with islands, whose pages the server renders: leaves out of the client what renders
//!   in the browser.
//! - `ssr`: for the server, with the module `server`.
//! - `metrics`, with `ssr`: counts and durations of logins, tenant calls and sessions, for the recorder of the crate `metrics`
//!   that the app installs.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
pub mod country;
mod digits;
mod fingerprint;
pub mod flow;
mod fold;
pub mod headless;
mod hooks;
pub mod lock;
mod login;
pub mod messages;
mod one_time_code;
pub mod outcome;
mod page;
mod paths;
mod phone_number;
mod props_codec;
#[cfg(feature = "ssr")]
pub mod server;
mod session;
mod user;
mod whole_view;

pub use country::{Country, InvalidCountryCode};
pub use flow::LockEvent;
pub use headless::{Passwordless, use_passwordless, use_passwordless_with_hooks};
pub use hooks::{Hooks, LoginAttempt};
pub use lock::{LOCK_CSS, Lock, LockDialog, LockOptions, LockStyles};
pub use login::{Login, Terms};
pub use one_time_code::{InvalidOneTimeCode, OneTimeCode};
pub use page::{use_login, use_user};
pub use phone_number::{InvalidPhoneNumber, PhoneNumber};
pub use session::{RequireLogin, SignOutButton, SignedIn, SignedOut};
pub use user::User;
