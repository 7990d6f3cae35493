//! The tenant that the tests run against, and the requests, keys and doubles that they share.

mod application;
pub(crate) mod client_assertion;
mod clock;
mod codes;
mod constants;
pub(crate) mod log;
mod login_page;
pub(crate) mod proof;
mod refresh_token;
mod request;
mod response;
mod session;
mod tenant;
mod twilio;

pub(crate) use application::*;
pub(crate) use clock::*;
pub(crate) use codes::*;
pub(crate) use constants::*;
pub(crate) use login_page::*;
pub(crate) use refresh_token::*;
pub(crate) use request::*;
pub(crate) use response::*;
pub(crate) use session::*;
pub(crate) use tenant::*;
pub(crate) use twilio::*;
