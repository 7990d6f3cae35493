//! Views that depend on who is signed in.

mod require_login;
mod sign_out_button;
mod signed_in;

pub use require_login::RequireLogin;
pub use sign_out_button::SignOutButton;
pub use signed_in::{SignedIn, SignedOut};
