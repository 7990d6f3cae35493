//! Results of the server functions.
//!
//! Expected failures are values, a [`Refusal`]; [`ApiError`] is for unexpected ones.

pub(crate) mod codec;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The result of [`start`](crate::api::start) and [`resend`](crate::api::resend).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StartOutcome {
    /// The tenant accepted the message.
    CodeSent(CodeSent),
    /// No message was sent.
    Refused(Refusal),
}

/// The result of [`verify`](crate::api::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VerifyOutcome {
    /// The code is right.
    Verified {
        /// Where the browser goes next: through the tenant to the callback, or, already signed in, to the page it came from.
        continue_to: String,
    },
    /// The code was not accepted.
    Refused(Refusal),
}

/// A code was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CodeSent {
    /// The name of the login, for [`resend`](crate::api::resend) and [`verify`](crate::api::verify).
    pub login: String,
    /// The number it went to, spaced for reading: `+1 415 555 2671`.
    pub phone_number: String,
    /// Seconds until another code may be requested.
    pub resend_in: u32,
    /// Digits of the code; 0 if unknown.
    pub code_length: u32,
    /// Seconds until the code expires.
    pub expires_in: u32,
}

impl CodeSent {
    /// For a page that shows the looks of the dialog; the last three are seconds, digits and seconds.
    pub fn new(phone_number: impl Into<String>, resend_in: u32, code_length: u32, expires_in: u32) -> Self {
        Self { login: String::new(), phone_number: phone_number.into(), resend_in, code_length, expires_in }
    }
}

/// Why a step of the login was refused; [`Messages::refusal`](crate::messages::Messages::refusal) has a sentence for each.
///
/// In JSON: `{"reason": "WrongCode", "number": 2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "codec::RefusalWire", into = "codec::RefusalWire")]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing was typed as phone number.
    PhoneNumberMissing,
    /// No such phone number can exist.
    PhoneNumberInvalid,
    /// The number was read like this, but may be wrong; another [`start`](crate::api::start) with it as `confirmed`
    /// sends the code.
    ConfirmNumber(String),
    /// A premium rate, shared cost, toll-free, pager, voicemail or satellite number, or the like: no code is sent to it.
    SpecialNumber,
    /// A landline, which the app does not send codes to (`AuthConfig::landlines`).
    Landline,
    /// The number's owner has opted out of messages from the sender.
    OptedOut,
    /// This app sends no messages to the number's country.
    CountryNotAllowed,
    /// The terms were not accepted.
    TermsNotAccepted,
    /// The SMS provider did not take the message.
    SmsNotSent,
    /// For some time no messages are sent to such numbers, as too many codes were not entered, or as the budget is spent.
    SmsPaused,
    /// Too many requests.
    RateLimited {
        /// Seconds to wait, if known.
        retry_after: Option<u32>,
    },
    /// A proof of work is asked for, as too many codes are requested. The next [`start`](crate::api::start) or
    /// [`resend`](crate::api::resend) has it as `altcha`, or comes after the wait.
    ProofOfWork {
        /// The challenge, in [ALTCHA](https://altcha.org)'s JSON: `algorithm`, `challenge`, `maxnumber`, `salt`, `signature`.
        challenge: String,
        /// Seconds until the same request is accepted without a proof.
        retry_after: u32,
    },
    /// Nothing was typed as code.
    CodeMissing,
    /// The text cannot be a code.
    CodeMalformed,
    /// The code has more digits than were typed.
    CodeIncomplete {
        /// Its number of digits.
        digits: u32,
    },
    /// The code is wrong.
    WrongCode {
        /// Attempts left for this code, if known.
        attempts_left: Option<u32>,
    },
    /// The code has expired.
    CodeExpired,
    /// A newer code replaced this one.
    CodeReplaced,
    /// No attempts are left for this code.
    TooManyAttempts,
    /// The account is blocked.
    UserBlocked,
    /// The number has no account, and sign-up is disabled.
    SignUpDisabled,
    /// There is no login to continue: it expired, or was finished in another tab.
    NoPendingLogin,
    /// The login was begun in another browser.
    OtherBrowser,
    /// The browser blocks the cookies of this site.
    CookiesBlocked,
    /// The login cannot end under the address of the page, only under this one.
    WrongAddress(String),
    /// The tenant requires another step, such as a second factor, which its own login page has.
    MoreSteps,
    /// The tenant denied access, with this sentence for the user.
    Denied(String),
    /// The tenant sent the browser back without signing it in.
    TenantRefused,
    /// The tenant's response could not be verified.
    LoginNotVerified,
    /// The tenant does not respond, or not in its protocol.
    TenantUnavailable,
    /// The tenant does not accept this app's configuration.
    Misconfigured,
    /// The app's own server cannot be reached.
    Offline,
    /// The app's own server does not respond in time.
    Timeout,
    /// A hook of the app refused, with this sentence.
    Hook(String),
    /// The app's own server failed.
    Unexpected,
}

impl Refusal {
    /// Its name in JSON, such as `WrongCode`: for logs, without the number or sentence that some carry.
    pub fn reason(&self) -> &'static str {
        codec::name(self)
    }
}

/// An unexpected failure of a server function.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "error", content = "error_description")]
#[non_exhaustive]
pub enum ApiError {
    /// The request is not one that the dialog or a form of it could have made.
    #[error("the request could not be understood: {0}")]
    InvalidRequest(String),
    /// The server failed; its log has the reason.
    #[error("something went wrong on the server")]
    ServerError,
    /// The server's session store does not answer; another try may help.
    #[error("the service is not available at the moment")]
    TemporarilyUnavailable,
    /// The server was not reached, or its response did not arrive completely.
    #[error("the server could not be reached")]
    Unreachable,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Unreachable => Self::Offline,
            ApiError::TemporarilyUnavailable => Self::TenantUnavailable,
            ApiError::InvalidRequest(_) | ApiError::ServerError => Self::Unexpected,
        }
    }
}
