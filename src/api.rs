//! The seam between browser and app: four server functions, which return the types of [`outcome`](crate::outcome).
//!
//! Called by a plain form, each function answers with a redirect (303) to the page the form stood on, which then shows the
//! outcome.
#![expect(
    missing_docs,
    reason = "the macro makes a struct of each function's arguments, whose documentation says them"
)]
#![expect(clippy::implicit_hasher, reason = "a server function cannot be generic")]
#![expect(clippy::too_many_arguments, reason = "an argument is a field of the form that posts to the function")]

use crate::outcome::{ApiError, StartOutcome, VerifyOutcome};
use leptos::{
    prelude::*,
    server_fn::{
        codec::JsonEncoding,
        error::{FromServerFnError, ServerFnErrorErr},
    },
};
use std::collections::HashMap;

pub use crate::paths::{API_PATH, SIGN_OUT_PATH};

/// Requests a code for a phone number from the tenant.
///
/// `phone_number` is the number as typed, in international form or as dialled inside `country` (ISO 3166).
/// `return_to` is the page to return to once signed in; anything but a path of this app counts as `/`.
/// `accept_terms` is not empty if the box for the terms was ticked; `last_login` is not empty if the number of the last
/// login on this browser is meant, and `phone_number` is empty then.
///
/// `previewed` is the number that the user was shown while typing, and `confirmed` the one of a
/// [`ConfirmNumber`](crate::outcome::Refusal::ConfirmNumber) that they accept; a number that is read in another way than
/// previewed, or that is uncertain and not confirmed, must be confirmed first. `login` names the login that the form belongs
/// to, and `form` the form itself: submitted twice, it sends one message. `extra` has the app's own fields, which are named
/// `extra[captcha]` and so on, for the hooks on the server (`server::ExtraFields`, which names their limits). `altcha` is the
/// answer to a [`ProofOfWork`](crate::outcome::Refusal::ProofOfWork): base64, as ALTCHA's widget makes it.
///
/// # Errors
/// [`ApiError`] if the fields cannot be read or the session cannot be stored; every other failure is a [`Refusal`](crate::outcome::Refusal).
#[server(prefix = "/api/passwordless", endpoint = "/start")]
pub async fn start(
    phone_number: String,
    #[server(default)] country: String,
    #[server(default)] return_to: String,
    #[server(default)] accept_terms: String,
    #[server(default)] last_login: String,
    #[server(default)] previewed: String,
    #[server(default)] confirmed: String,
    #[server(default)] login: String,
    #[server(default)] form: String,
    #[server(default)] altcha: String,
    #[server(default)] extra: HashMap<String, String>,
) -> Result<StartOutcome, ApiError> {
    let extra = extra_fields(extra)?;
    let start = crate::server::start::Start {
        phone_number,
        country,
        return_to,
        accept_terms,
        last_login,
        previewed,
        confirmed,
        login,
        form,
        altcha,
        extra,
    };
    crate::server::start::start(start).await
}

/// Asks the tenant for another code to the number of a login, the newest one of this browser if `login` names none; the
/// code before it stops being valid. `form`, `altcha` and `extra` are the same as for [`start`].
///
/// # Errors
/// [`ApiError`] if the fields cannot be read or the session cannot be stored; every other failure is a [`Refusal`](crate::outcome::Refusal).
#[server(prefix = "/api/passwordless", endpoint = "/resend")]
pub async fn resend(
    #[server(default)] login: String,
    #[server(default)] form: String,
    #[server(default)] altcha: String,
    #[server(default)] extra: HashMap<String, String>,
) -> Result<StartOutcome, ApiError> {
    crate::server::start::resend(&login, &form, altcha, extra_fields(extra)?).await
}

/// Checks the code for the number of a login, the newest one of this browser if `login` names none. The same code can be
/// checked again for a minute, with the same result. `extra` is the same as for [`start`].
///
/// # Errors
/// [`ApiError`] if the fields cannot be read or the session cannot be stored; every other failure is a [`Refusal`](crate::outcome::Refusal).
#[server(prefix = "/api/passwordless", endpoint = "/verify")]
pub async fn verify(
    code: String,
    #[server(default)] login: String,
    #[server(default)] extra: HashMap<String, String>,
) -> Result<VerifyOutcome, ApiError> {
    crate::server::verify::verify(&code, &login, extra_fields(extra)?).await
}

/// Ends the session of this app and returns the tenant's logout URL, which ends the session there.
///
/// # Errors
/// [`ApiError`] if the session cannot be removed.
#[server(prefix = "/api/passwordless", endpoint = "/logout")]
pub async fn sign_out() -> Result<String, ApiError> {
    crate::server::sign_out::sign_out().await
}

#[cfg(feature = "ssr")]
fn extra_fields(fields: HashMap<String, String>) -> Result<crate::server::ExtraFields, ApiError> {
    let extra = crate::server::ExtraFields::of_form(fields);
    extra.ok_or_else(|| invalid_request("the extra fields are too many or too long"))
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Serialization(_) => {
                invalid_request("a field is missing, twice there or too long")
            }
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Request(_) => unread(),
            _ => Self::ServerError,
        }
    }
}

fn invalid_request(reason: &str) -> ApiError {
    #[cfg(feature = "ssr")]
    crate::server::no_js::bad_request();
    ApiError::InvalidRequest(reason.to_owned())
}

/// A body that could not be read: in the browser because the connection broke, on the server because it is malformed.
fn unread() -> ApiError {
    if cfg!(feature = "ssr") { invalid_request("the body could not be read") } else { ApiError::Unreachable }
}
