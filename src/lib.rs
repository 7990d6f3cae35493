//! Sign in by SMS for Leptos apps.

pub mod api;
pub mod headless;
pub mod lock;
mod login;
pub mod messages;
mod one_time_code;
mod phone_number;
#[cfg(feature = "ssr")]
pub mod server;

pub use headless::{Passwordless, use_passwordless};
pub use lock::{Lock, LockDialog, LockOptions};
pub use login::Login;
pub use one_time_code::{InvalidOneTimeCode, OneTimeCode};
pub use phone_number::{Country, InvalidPhoneNumber, PhoneNumber, UnknownCountry};
