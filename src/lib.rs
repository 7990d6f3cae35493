//! Sign in by SMS for Leptos apps: Auth0's Lock dialog, a headless API for your own UI, and the server half.
//!
//! A user enters a phone number, gets a one-time code by SMS, enters the code, and is signed in. The codes are sent and
//! checked by a tenant at Auth0, or by one that speaks the same protocol; the browser talks to your app only.
//!
//! # In three steps
//!
//! **1. Depend on it**, and pass the features on to the two halves of your app:
//!
//! ```toml
//! [features]
//! hydrate = ["leptos/hydrate", "leptos_passwordless/hydrate"]
//! ssr = ["leptos/ssr", "leptos_passwordless/ssr"]
//! ```
//!
//! **2. Show the dialog.** An island needs plain props, and [`Login`] is one. [`LockDialog`] is a button that opens the
//! dialog as a modal, [`Lock`] the dialog as a part of a page; put one on the page `/login`, which works without
//! JavaScript. Link `style/lock.css`.
//!
//! ```
//! # mod example {
//! use leptos::prelude::*;
//! use leptos_passwordless::{LockDialog, Login};
//!
//! #[component] // #[island], if your app has islands
//! pub fn LoginButton(login: Login) -> impl IntoView {
//!     view! { <LockDialog login /> }
//! }
//! # }
//! ```
//!
//! In a page that the server renders: `<LoginButton login=use_login() />`.
//!
//! **3. Install the server half** around the routes of your app, with a session store of your choice:
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
//! `server::CurrentUser` is the extractor of the signed-in user, `server::require_login` the middleware that lets only
//! signed-in users pass.
//!
//! # Options, looks and hooks
//!
//! [`LockOptions`] are Lock's, by its names; [`Hooks`] receive an event at every step and can refuse two of them. What the
//! server decides (languages, countries, terms, the last login) is set in `server::AuthConfig`.
//!
//! ```
//! # mod example {
//! use leptos::prelude::*;
//! use leptos_passwordless::{Hooks, LockDialog, LockEvent, LockOptions, Login, lock::{Color, Theme}};
//!
//! #[component]
//! pub fn LoginButton(login: Login) -> impl IntoView {
//!     let theme = Theme { primary_color: Color::parse("#ea5323").ok(), ..Theme::default() };
//!     let options = LockOptions { autoclose: true, theme, ..LockOptions::default() };
//!     let on_event = Callback::new(|event: LockEvent| leptos::logging::log!("{event:?}"));
//!     view! { <LockDialog login options hooks=Hooks { on_event: Some(on_event), ..Hooks::default() } /> }
//! }
//! # }
//! ```
//!
//! # Your own UI
//!
//! [`use_passwordless`] is the login without its looks; the dialog itself is built on it.

pub mod api;
pub mod country;
mod digits;
pub mod flow;
mod fold;
pub mod headless;
mod hooks;
pub mod lock;
mod login;
pub mod messages;
mod one_time_code;
pub mod outcome;
mod phone_number;
mod props_codec;
#[cfg(feature = "ssr")]
pub mod server;

pub use country::{Country, InvalidCountryCode};
pub use flow::LockEvent;
pub use headless::{Passwordless, use_passwordless, use_passwordless_with_hooks};
pub use hooks::{Hooks, LoginAttempt};
pub use lock::{Lock, LockDialog, LockOptions};
pub use login::{Login, Terms};
pub use one_time_code::{InvalidOneTimeCode, OneTimeCode};
pub use phone_number::{InvalidPhoneNumber, PhoneNumber};
