//! The wire format of a [`Refusal`]: flat, because serde's code for an enum of many shapes is larger.

use super::Refusal;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct RefusalWire {
    pub(crate) reason: String,
    /// The number that some reasons come with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sentence: Option<String>,
}

macro_rules! refusals {
    ($($name:ident)*) => {
        pub(crate) const fn name(refusal: &Refusal) -> &'static str {
            match refusal {
                $(Refusal::$name => stringify!($name),)*
                Refusal::RateLimited { .. } => "RateLimited",
                Refusal::ProofOfWork { .. } => "ProofOfWork",
                Refusal::CodeIncomplete { .. } => "CodeIncomplete",
                Refusal::WrongCode { .. } => "WrongCode",
                Refusal::Hook(_) => "Hook",
                Refusal::Denied(_) => "Denied",
                Refusal::ConfirmNumber(_) => "ConfirmNumber",
                Refusal::WrongAddress(_) => "WrongAddress",
            }
        }

        fn named(name: &str) -> Refusal {
            match name {
                $(stringify!($name) => Refusal::$name,)*
                _ => Refusal::Unexpected,
            }
        }
    };
}

refusals! {
    PhoneNumberMissing PhoneNumberInvalid SpecialNumber Landline CountryNotAllowed TermsNotAccepted SmsNotSent CodeMissing
    CodeMalformed CodeExpired CodeReplaced TooManyAttempts UserBlocked SignUpDisabled NoPendingLogin TenantRefused LoginNotVerified
    TenantUnavailable Misconfigured Offline Timeout Unexpected OptedOut OtherBrowser CookiesBlocked MoreSteps
    SmsPaused
}

impl From<Refusal> for RefusalWire {
    fn from(refusal: Refusal) -> Self {
        let reason = name(&refusal).to_owned();
        let (number, sentence) = match refusal {
            Refusal::RateLimited { retry_after } => (retry_after, None),
            Refusal::ProofOfWork { challenge, retry_after } => (Some(retry_after), Some(challenge)),
            Refusal::CodeIncomplete { digits } => (Some(digits), None),
            Refusal::WrongCode { attempts_left } => (attempts_left, None),
            Refusal::Hook(sentence)
            | Refusal::Denied(sentence)
            | Refusal::ConfirmNumber(sentence)
            | Refusal::WrongAddress(sentence) => (None, Some(sentence)),
            _ => (None, None),
        };
        Self { reason, number, sentence }
    }
}

/// A reason that is unknown here, from a newer server, becomes `Unexpected`.
impl From<RefusalWire> for Refusal {
    fn from(RefusalWire { reason, number, sentence }: RefusalWire) -> Self {
        match (reason.as_str(), sentence) {
            ("RateLimited", _) => Self::RateLimited { retry_after: number },
            ("ProofOfWork", Some(challenge)) => {
                Self::ProofOfWork { challenge, retry_after: number.unwrap_or_default() }
            }
            ("CodeIncomplete", _) => Self::CodeIncomplete { digits: number.unwrap_or_default() },
            ("WrongCode", _) => Self::WrongCode { attempts_left: number },
            ("Hook", Some(sentence)) => Self::Hook(sentence),
            ("Denied", Some(sentence)) => Self::Denied(sentence),
            ("ConfirmNumber", Some(phone_number)) => Self::ConfirmNumber(phone_number),
            ("WrongAddress", Some(address)) => Self::WrongAddress(address),
            (name, _) => named(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_arrives_as_it_was_sent() -> Result<(), serde_json::Error> {
        for refusal in [
            Refusal::PhoneNumberMissing,
            Refusal::CodeReplaced,
            Refusal::RateLimited { retry_after: Some(7) },
            Refusal::RateLimited { retry_after: None },
            Refusal::ProofOfWork { challenge: "{}".to_owned(), retry_after: 60 },
            Refusal::CodeIncomplete { digits: 6 },
            Refusal::WrongCode { attempts_left: Some(0) },
            Refusal::Hook("Not today.".to_owned()),
            Refusal::Unexpected,
        ] {
            assert_eq!(serde_json::from_str::<Refusal>(&serde_json::to_string(&refusal)?)?, refusal);
        }
        let json = serde_json::to_string(&Refusal::WrongCode { attempts_left: Some(2) })?;
        assert_eq!(json, r#"{"reason":"WrongCode","number":2}"#);
        assert_eq!(serde_json::from_str::<Refusal>(r#"{"reason":"NotInvented"}"#)?, Refusal::Unexpected);
        Ok(())
    }
}
