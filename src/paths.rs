//! The default paths of the server functions.

/// What the paths of the server functions are below, unless the server's `Paths::api` says otherwise.
pub const API_PATH: &str = "/api/passwordless";
/// The end of the path of [`start`](crate::api::start).
pub(crate) const START: &str = "/start";
/// The end of the path of [`resend`](crate::api::resend).
pub(crate) const RESEND: &str = "/resend";
/// The end of the path of [`verify`](crate::api::verify).
pub(crate) const VERIFY: &str = "/verify";
/// Where the form of [`sign_out`](crate::api::sign_out) posts to, unless the server's `Paths::logout` says otherwise.
pub const SIGN_OUT_PATH: &str = "/logout";
