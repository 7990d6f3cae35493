//! What the dialog says. Every refusal has its own sentence, which ends with the way on.

use crate::api::Refusal;

/// The title of the dialog.
pub const TITLE: &str = "Log in";
/// Above the phone number; the first use of a number creates the account, as at Auth0.
pub const PHONE_INSTRUCTIONS: &str = "Enter your phone number to log in or create an account.";
/// The label of the country list.
pub const COUNTRY_LABEL: &str = "Country";
/// The label of the phone number.
pub const PHONE_LABEL: &str = "Phone number";
/// Sends the phone number.
pub const SEND_CODE: &str = "Send code";
/// The same while it is under way.
pub const SENDING: &str = "Sending…";
/// The label of the code.
pub const CODE_LABEL: &str = "Code";
/// Sends the code.
pub const VERIFY: &str = "Log in";
/// The same while it is under way.
pub const VERIFYING: &str = "Checking…";
/// Asks for another code.
pub const RESEND: &str = "Send a new code";
/// The answer to that.
pub const RESENT: &str = "A new code is on its way. The one before it no longer works.";
/// Back to the phone number.
pub const EDIT_NUMBER: &str = "Change number";
/// Once the code was right.
pub const SIGNED_IN: &str = "Thanks for logging in. You are being taken back.";
/// The link there, for browsers that do not go by themselves.
pub const CONTINUE: &str = "Continue";
/// The name of the close button.
pub const CLOSE: &str = "Close";

/// Above the code: where it went.
pub fn code_instructions(phone_number: &str) -> String {
    format!("An SMS with the code has been sent to {phone_number}.")
}

/// In place of [`RESEND`] while the countdown runs.
pub fn resend_in(seconds: u32) -> String {
    format!("Send a new code in {}", duration(seconds))
}

/// Why a step was refused, and what to do next.
pub fn refusal(refusal: Refusal) -> String {
    match refusal {
        Refusal::RateLimited { retry_after: Some(seconds) } => {
            format!("That was too many requests. Please try again in {}.", duration(seconds))
        }
        Refusal::WrongCode { attempts_left: Some(0) } => {
            "Wrong code, and that was the last try. Please ask for a new code.".to_owned()
        }
        Refusal::WrongCode { attempts_left: Some(1) } => "Wrong code. You have 1 try left.".to_owned(),
        Refusal::WrongCode { attempts_left: Some(n) } => format!("Wrong code. You have {n} tries left."),
        other => fixed(other).to_owned(),
    }
}

const fn fixed(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::PhoneNumberMissing => "Please enter your phone number.",
        Refusal::PhoneNumberInvalid => "This can't be a phone number. Please check the country and the digits.",
        Refusal::CountryNotAllowed => "We can't send codes to this country. Please use a number from another one.",
        Refusal::SmsNotSent => "The SMS could not be sent to this number. Please check the number, or try again later.",
        Refusal::RateLimited { .. } => "That was too many requests. Please wait a little and try again.",
        Refusal::CodeMissing => "Please enter the code from the SMS.",
        Refusal::CodeMalformed => {
            "A code is made of digits only, at least four. Please enter it as it stands in the SMS."
        }
        Refusal::WrongCode { .. } => "Wrong code. Please check the digits and try again.",
        Refusal::CodeExpired => "This code has expired. Please ask for a new code.",
        Refusal::TooManyAttempts => "The tries for this code are used up. Please ask for a new code.",
        Refusal::UserBlocked => "This account is blocked. Please contact support.",
        Refusal::NoPendingLogin => {
            "This login has expired or was already used. Please enter your phone number again. \
             If this keeps happening, allow cookies for this site."
        }
        Refusal::TenantRefused => "The login was not completed. Please start again.",
        Refusal::LoginNotVerified => "The login could not be verified, so you were not signed in. Please start again.",
        Refusal::TenantUnavailable => "The login service can't be reached. Please try again in a moment.",
        Refusal::Misconfigured => "Login is not set up correctly here. Please tell the people who run this site.",
        Refusal::Offline => "There is no connection. Please check your network and try again.",
        Refusal::Unexpected => "Something went wrong on our side. Please try again.",
    }
}

fn duration(seconds: u32) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        0..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tries_is_said() {
        let said = |left| refusal(Refusal::WrongCode { attempts_left: left });
        assert_eq!(said(Some(2)), "Wrong code. You have 2 tries left.");
        assert_eq!(said(Some(1)), "Wrong code. You have 1 try left.");
        assert!(said(Some(0)).contains("new code"));
        assert!(!said(None).contains("left"));
    }

    #[test]
    fn waiting_times_are_rounded_up_to_what_one_can_wait() {
        assert_eq!(duration(42), "42 seconds");
        assert_eq!(duration(121), "3 minutes");
        assert_eq!(resend_in(1), "Send a new code in 1 second");
    }
}
