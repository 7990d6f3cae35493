//! The seam between browser and app: four server functions and the types in their signatures.
//!
//! What is expected to fail is a value, a [`Refusal`]; [`ApiError`] is for what nobody expects. Called by a plain form,
//! each function answers with a redirect (303) to the page the form stood on, which then shows the outcome.
#![expect(
    missing_docs,
    reason = "the macro makes a struct of each function's arguments, whose documentation says them"
)]
#![expect(clippy::too_many_arguments, reason = "an argument is a field of the form that posts to the function")]

pub(crate) mod refusal;

use leptos::{
    prelude::*,
    server_fn::{
        codec::JsonEncoding,
        error::{FromServerFnError, ServerFnErrorErr},
    },
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where the form of [`start`] posts to.
pub const START_PATH: &str = "/api/passwordless/start";
/// Where the form of [`resend`] posts to.
pub const RESEND_PATH: &str = "/api/passwordless/resend";
/// Where the form of [`verify`] posts to.
pub const VERIFY_PATH: &str = "/api/passwordless/verify";
/// Where the form of [`sign_out`] posts to.
pub const SIGN_OUT_PATH: &str = "/logout";

/// Asks the tenant to send a code to a phone number.
///
/// `phone_number` is what the person typed, in international form or as dialled inside `country` (ISO 3166).
/// `return_to` is the page to come back to once signed in; anything but a path of this app counts as `/`.
/// `accept_terms` is not empty if the box for the terms was ticked; `last_login` is not empty if the number of the last
/// login on this browser is meant, and `phone_number` is empty then.
///
/// `previewed` is the number that the person was shown while typing, and `confirmed` the one of a
/// [`Refusal::ConfirmNumber`] that they answer; a number that was read in another way, or that is in doubt and was not
/// confirmed, is asked back. `login` names the login that the form stands in, and `form` the form, as the page has it: one
/// that is sent twice asks for one message.
///
/// # Errors
/// [`ApiError`] if the session cannot be kept; all else that can go wrong is a [`Refusal`].
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
) -> Result<StartOutcome, ApiError> {
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
    };
    crate::server::start::start(start).await
}

/// Asks the tenant for another code to the number of a login, the newest one of this browser if `login` names none; the
/// code before it stops being valid. `form` is the same as for [`start`].
///
/// # Errors
/// [`ApiError`] if the session cannot be kept; all else that can go wrong is a [`Refusal`].
#[server(prefix = "/api/passwordless", endpoint = "/resend")]
pub async fn resend(
    #[server(default)] login: String,
    #[server(default)] form: String,
) -> Result<StartOutcome, ApiError> {
    crate::server::start::resend(&login, &form).await
}

/// Checks the code for the number of a login, the newest one of this browser if `login` names none. The same code can be
/// checked again for a minute, with the same result.
///
/// # Errors
/// [`ApiError`] if the session cannot be kept; all else that can go wrong is a [`Refusal`].
#[server(prefix = "/api/passwordless", endpoint = "/verify")]
pub async fn verify(code: String, #[server(default)] login: String) -> Result<VerifyOutcome, ApiError> {
    crate::server::verify::verify(&code, &login).await
}

/// Ends the session of this app and returns the tenant's logout URL, which ends the session there.
///
/// # Errors
/// [`ApiError`] if the session cannot be removed.
#[server(prefix = "", endpoint = "/logout")]
pub async fn sign_out() -> Result<String, ApiError> {
    crate::server::sign_out::sign_out().await
}

/// What became of [`start`] and [`resend`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartOutcome {
    /// The tenant has taken the message.
    CodeSent(CodeSent),
    /// No message was sent.
    Refused(Refusal),
}

/// What became of [`verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifyOutcome {
    /// The code is right.
    Verified {
        /// Where the browser goes now: through the tenant to the callback, or, already signed in, to the page it came from.
        continue_to: String,
    },
    /// The code was not accepted.
    Refused(Refusal),
}

/// A code is on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSent {
    /// The name of the login, for [`resend`] and [`verify`].
    pub login: String,
    /// The number it went to, spaced for reading: `+1 415 555 2671`.
    pub phone_number: String,
    /// Seconds until another code may be asked for.
    pub resend_in: u32,
    /// Digits of the code; 0 where nobody knows.
    pub code_length: u32,
    /// Seconds until the code expires.
    pub expires_in: u32,
}

/// Why a step of the login was refused; [`Messages::refusal`](crate::messages::Messages::refusal) has a sentence for each.
///
/// In JSON: `{"reason": "WrongCode", "number": 2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "refusal::Wire", into = "refusal::Wire")]
pub enum Refusal {
    /// Nothing was typed as phone number.
    PhoneNumberMissing,
    /// No such phone number can exist.
    PhoneNumberInvalid,
    /// The number was read like this, and it is in doubt whether it is meant; another [`start`] with it as `confirmed`
    /// sends the code.
    ConfirmNumber(String),
    /// Who has the number wants no messages from the sender.
    OptedOut,
    /// This app sends no messages to the number's country.
    CountryNotAllowed,
    /// The terms were not accepted.
    TermsNotAccepted,
    /// The SMS provider did not take the message.
    SmsNotSent,
    /// Too many requests.
    RateLimited {
        /// Seconds to wait, where the tenant tells.
        retry_after: Option<u32>,
    },
    /// Nothing was typed as code.
    CodeMissing,
    /// What was typed cannot be a code.
    CodeMalformed,
    /// The code has more digits than were typed.
    CodeIncomplete {
        /// As many as that.
        digits: u32,
    },
    /// The code is wrong.
    WrongCode {
        /// Tries left for this code, where the tenant tells.
        attempts_left: Option<u32>,
    },
    /// The code was right once, but its time is over.
    CodeExpired,
    /// A newer code took the place of this one.
    CodeReplaced,
    /// The tries for this code are used up.
    TooManyAttempts,
    /// The account is blocked.
    UserBlocked,
    /// The number has no account, and new ones are not made.
    SignUpDisabled,
    /// There is no login to go on with: it expired, or was finished in another tab.
    NoPendingLogin,
    /// The login was begun in another browser.
    OtherBrowser,
    /// The browser keeps no cookies of this site.
    CookiesBlocked,
    /// The login cannot end under the address of the page, only under this one.
    WrongAddress(String),
    /// The tenant asks for one more step, such as a second factor, which its own login page has.
    MoreSteps,
    /// The tenant denied access, with this sentence for the person.
    Denied(String),
    /// The tenant sent the browser back without signing it in.
    TenantRefused,
    /// What the tenant sent back could not be verified.
    LoginNotVerified,
    /// The tenant does not answer, or not in its protocol.
    TenantUnavailable,
    /// The tenant does not accept this app's configuration.
    Misconfigured,
    /// The app's own server cannot be reached.
    Offline,
    /// The app's own server does not answer in time.
    Timeout,
    /// A hook of the app refused, with this sentence.
    Hook(String),
    /// The app's own server failed.
    Unexpected,
}

impl Refusal {
    /// Its name in JSON, such as `WrongCode`: for logs, where the number and the sentence that some come with have no place.
    pub fn reason(&self) -> &'static str {
        refusal::name(self)
    }
}

/// What nobody expects of a server function.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "error", content = "error_description")]
pub enum ApiError {
    /// The request is not one that the dialog or a form of it could have made.
    #[error("the request could not be understood: {0}")]
    InvalidRequest(String),
    /// The server cannot do its work; its log says why.
    #[error("something went wrong on the server")]
    ServerError,
    /// The server was not reached, or its answer did not arrive whole.
    #[error("the server could not be reached")]
    Unreachable,
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
    crate::server::form::bad_request();
    ApiError::InvalidRequest(reason.to_owned())
}

/// A body that could not be read: in the browser the connection broke, on the server the client sent nonsense.
fn unread() -> ApiError {
    if cfg!(feature = "ssr") { invalid_request("the body could not be read") } else { ApiError::Unreachable }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Unreachable => Self::Offline,
            ApiError::InvalidRequest(_) | ApiError::ServerError => Self::Unexpected,
        }
    }
}
