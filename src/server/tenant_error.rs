//! Maps the tenant's errors to refusals. The error code decides; Auth0's fixed sentences count only where the code is
//! ambiguous, and a sentence for the user is passed on.

use crate::outcome::Refusal;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::Value;
use std::fmt;
use thiserror::Error;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

const MAX_CODE: usize = 64;
const MAX_SENTENCE: usize = 300;
/// It has to fit into a cookie; our tenant's has half of that.
const MAX_CHALLENGE: usize = 600;
/// Longer waits are ignored: they come from a wrong clock.
const MAX_WAIT: u32 = 24 * 60 * 60;

/// A failed call.
#[derive(Debug, Error)]
pub(super) enum TenantError {
    /// No response in time, or none at all.
    #[error("the tenant does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// No response in time, of a tenant in this program.
    #[error("the tenant does not answer in time")]
    TimedOut,
    /// A response, but not one of its protocol.
    #[error("the tenant's answer is not of its protocol (status {0})")]
    Unintelligible(StatusCode),
    /// A refusal with its error code.
    #[error("the tenant refused: {0}")]
    Refused(ErrorBody),
}

/// A refusal, from an answer of the API or from the query of a callback. The description is never logged: it can name the
/// phone number.
#[derive(Debug, Default)]
pub(super) struct ErrorBody {
    status: StatusCode,
    error: String,
    description: String,
    attempts_left: Option<u32>,
    superseded: bool,
    retry_after: Option<u32>,
    /// The challenge of a proof of work, in ALTCHA's JSON: an extension of our tenant.
    challenge: Option<String>,
}

impl TenantError {
    /// Whether the refusal of a refresh token is about the token or its user, and not about this app.
    pub(super) fn ends_session(&self) -> bool {
        let Self::Refused(body) = self else { return false };
        let is_about_user = matches!(body.meaning(), Refusal::UserBlocked | Refusal::Denied(_));
        is_about_user || body.error == "invalid_grant" && body.status != StatusCode::TOO_MANY_REQUESTS
    }
}

impl ErrorBody {
    /// A refusal that came by a redirect (RFC 6749, section 4.1.2.1).
    pub(super) fn of_callback(error: &str, description: &str, attempts_left: Option<u32>) -> Self {
        let (error, description) = (error.to_owned(), description.to_owned());
        Self { status: StatusCode::FORBIDDEN, error, description, attempts_left, ..Self::default() }
    }

    /// Reads a response that is not a success; `None` if it has no error.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], now: OffsetDateTime) -> Option<Self> {
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let text = |names: [&str; 2]| names.iter().find_map(|name| body[*name].as_str()).unwrap_or_default().to_owned();
        let number = |name: &str| body[name].as_u64().and_then(|number| u32::try_from(number).ok());
        let refused = Self {
            status,
            error: text(["error", "code"]),
            description: text(["error_description", "description"]),
            attempts_left: number("attempts_left"),
            superseded: body["superseded"] == true,
            retry_after: number("retry_after").or_else(|| retry_after(headers, now)),
            challenge: challenge(&body["altcha"]),
        };
        (!refused.error.is_empty() || status == StatusCode::TOO_MANY_REQUESTS).then_some(refused)
    }

    /// The refusal for the user.
    fn meaning(&self) -> Refusal {
        match self.error.as_str() {
            _ if self.status == StatusCode::TOO_MANY_REQUESTS => self.meaning_of_a_limit(),
            "requires_verification" => self.proof_of_work(),
            "mfa_required"
            | "invalid_captcha"
            | "invalid_recaptcha"
            | "consent_required"
            | "interaction_required"
            | "login_required" => Refusal::MoreSteps,
            "invalid_grant" | "invalid_user_password" => self.meaning_of_a_code(),
            "access_denied" | "unauthorized" => self.denial(),
            "too_many_attempts" => Refusal::TooManyAttempts,
            "bad.phone_number" => self.meaning_of_a_number(),
            "bad.connection" if self.description.contains("signup is disabled") => Refusal::SignUpDisabled,
            "sms_provider_error" => self.meaning_of_the_provider(),
            "server_error" | "temporarily_unavailable" => Refusal::TenantUnavailable,
            _ if self.status.is_client_error() => Refusal::Misconfigured,
            _ => Refusal::TenantUnavailable,
        }
    }

    /// The embedded tenant has a limit that waiting a little does not help with.
    fn meaning_of_a_limit(&self) -> Refusal {
        match self.description.as_str() {
            "No codes are sent to such numbers at the moment. Please try again later." => Refusal::SmsPaused,
            _ => Refusal::RateLimited { retry_after: self.retry_after },
        }
    }

    /// Auth0 has other proofs that no bot is at work, which its own login page asks for.
    fn proof_of_work(&self) -> Refusal {
        let retry_after = self.retry_after.unwrap_or_default();
        self.challenge.clone().map_or(Refusal::MoreSteps, |challenge| Refusal::ProofOfWork { challenge, retry_after })
    }

    /// The embedded tenant's sentences; Auth0 has one error for all numbers that it refuses.
    fn meaning_of_a_number(&self) -> Refusal {
        match self.description.as_str() {
            "Numbers of this kind are not served" => Refusal::SpecialNumber,
            "Landlines are not served" => Refusal::Landline,
            "Phone numbers of this country are not served" => Refusal::CountryNotAllowed,
            _ => Refusal::PhoneNumberInvalid,
        }
    }

    /// These errors have only Auth0's own sentences.
    fn meaning_of_a_code(&self) -> Refusal {
        self.fixed_sentence().unwrap_or_else(|| self.wrong_code())
    }

    /// These have Auth0's sentences or an Action's, which is for the user.
    fn denial(&self) -> Refusal {
        self.fixed_sentence().unwrap_or_else(|| denied(&self.description))
    }

    fn fixed_sentence(&self) -> Option<Refusal> {
        match self.description.trim_end_matches('.') {
            "user is blocked" => Some(Refusal::UserBlocked),
            "Wrong phone number or verification code" | "Wrong email or verification code" => Some(self.wrong_code()),
            "The verification code has expired. Please try to login again" => Some(Refusal::CodeExpired),
            "You've reached the maximum number of attempts. Please try to login again"
            | "Your account has been blocked after multiple consecutive login attempts" => {
                Some(Refusal::TooManyAttempts)
            }
            _ => None,
        }
    }

    fn wrong_code(&self) -> Refusal {
        if self.superseded && self.attempts_left != Some(0) {
            Refusal::CodeReplaced
        } else {
            Refusal::WrongCode { attempts_left: self.attempts_left }
        }
    }

    /// By Twilio's codes: <https://www.twilio.com/docs/api/errors>
    fn meaning_of_the_provider(&self) -> Refusal {
        match self.provider_code() {
            // No number; no mobile; a landline.
            Some(21211 | 21217 | 21614 | 21635) => Refusal::PhoneNumberInvalid,
            Some(21408) => Refusal::CountryNotAllowed,
            Some(21610) => Refusal::OptedOut,
            _ => Refusal::SmsNotSent,
        }
    }

    /// The `30002` of `<the provider's words> (Code: 30002)`, which is Auth0's form.
    fn provider_code(&self) -> Option<u32> {
        let (_, code) = self.description.rsplit_once("(Code: ")?;
        code.strip_suffix(')')?.parse().ok()
    }
}

/// A challenge in ALTCHA's JSON, if it is one.
fn challenge(altcha: &Value) -> Option<String> {
    let is_text = |name: &&str| altcha[*name].is_string();
    let is_whole = ["algorithm", "challenge", "salt", "signature"].iter().all(is_text) && altcha["maxnumber"].is_u64();
    Some(altcha.to_string()).filter(|json| is_whole && json.len() <= MAX_CHALLENGE)
}

/// A sentence is for the user, a single word for programs.
fn denied(description: &str) -> Refusal {
    let sentence: String = description.chars().filter(|c| !c.is_control()).take(MAX_SENTENCE).collect();
    let sentence = sentence.trim();
    if sentence.contains(' ') { Refusal::Denied(sentence.to_owned()) } else { Refusal::TenantRefused }
}

/// Seconds to wait: `Retry-After` (RFC 9110, section 10.2.3), or Auth0's `x-ratelimit-reset`, in Unix seconds.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<u32> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let until = |unix: i64| unix.checked_sub(now.unix_timestamp());
    let named = text(RETRY_AFTER.as_str()).and_then(|value| {
        let date = || OffsetDateTime::parse(value, &Rfc2822).ok();
        value.parse().ok().or_else(|| until(date()?.unix_timestamp()))
    });
    let seconds = named.or_else(|| until(text("x-ratelimit-reset")?.parse().ok()?))?;
    u32::try_from(seconds).ok().filter(|seconds| (1..=MAX_WAIT).contains(seconds))
}

impl fmt::Display for ErrorBody {
    /// The codes only, and of them only what a code is made of: the answer could break the log's lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let error: String = self.error.chars().filter(is_plain).take(MAX_CODE).collect();
        write!(f, "{} {error}", self.status.as_u16())?;
        match self.provider_code() {
            Some(code) => write!(f, ", the provider's code {code}"),
            None => Ok(()),
        }
    }
}

impl From<ErrorBody> for Refusal {
    fn from(body: ErrorBody) -> Self {
        body.meaning()
    }
}

impl From<TenantError> for Refusal {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Unreachable(_) | TenantError::TimedOut | TenantError::Unintelligible(_) => {
                Self::TenantUnavailable
            }
            TenantError::Refused(body) => body.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header::CONTENT_TYPE};

    fn meaning_with(headers: &HeaderMap, status: u16, body: &str) -> Refusal {
        let (status, now) =
            (StatusCode::from_u16(status).unwrap(), OffsetDateTime::from_unix_timestamp(1_000).unwrap());
        ErrorBody::read(status, headers, body.as_bytes(), now).map_or(Refusal::TenantUnavailable, Refusal::from)
    }

    fn meaning(status: u16, body: &str) -> Refusal {
        meaning_with(&HeaderMap::new(), status, body)
    }

    fn of(error: &str, description: &str) -> Refusal {
        meaning(403, &serde_json::json!({ "error": error, "error_description": description }).to_string())
    }

    #[test]
    fn auth0s_sentences_are_told_apart() {
        for error in ["invalid_grant", "access_denied", "unauthorized"] {
            let of = |text: &str| of(error, text);
            assert_eq!(of("Wrong phone number or verification code."), Refusal::WrongCode { attempts_left: None });
            assert_eq!(of("The verification code has expired. Please try to login again."), Refusal::CodeExpired);
            let used_up = "You've reached the maximum number of attempts. Please try to login again.";
            assert_eq!(of(used_up), Refusal::TooManyAttempts);
            assert_eq!(of("user is blocked"), Refusal::UserBlocked);
        }
    }

    #[test]
    fn a_denial_is_passed_on_in_its_own_words_whatever_they_are() {
        for sentence in [
            "Your trial period has expired.",
            "This verification code is for employees only.",
            "Your user is blocked by <b>HR</b>.",
        ] {
            assert_eq!(of("access_denied", sentence), Refusal::Denied(sentence.to_owned()));
            let body = serde_json::json!({ "error": "access_denied", "error_description": sentence }).to_string();
            assert_eq!(meaning(500, &body), Refusal::Denied(sentence.to_owned()), "as a failure of the server too");
        }
        assert_eq!(of("access_denied", "Unauthorized"), Refusal::TenantRefused);
        assert_eq!(of("access_denied", ""), Refusal::TenantRefused);
        assert_eq!(of("access_denied", "Not\r\nyou."), Refusal::TenantRefused);
    }

    #[test]
    fn one_more_step_is_no_misconfiguration() {
        for error in ["mfa_required", "requires_verification", "invalid_captcha", "consent_required"] {
            assert_eq!(of(error, "whatever it says"), Refusal::MoreSteps, "{error}");
        }
    }

    #[test]
    fn challenge_of_a_proof_of_work_is_passed_on_if_it_is_whole() {
        let mut altcha = serde_json::json!({
            "algorithm": "SHA-256", "challenge": "aa", "maxnumber": 100_000, "salt": "bb?expires=1&", "signature": "cc",
        });
        let of = |altcha: &Value| {
            let body = serde_json::json!({ "error": "requires_verification", "altcha": altcha, "retry_after": 60 });
            meaning(401, &body.to_string())
        };
        assert_eq!(of(&altcha), Refusal::ProofOfWork { challenge: altcha.to_string(), retry_after: 60 });
        altcha["salt"] = Value::Null;
        assert_eq!(of(&altcha), Refusal::MoreSteps);
        altcha["salt"] = "x".repeat(600).into();
        assert_eq!(of(&altcha), Refusal::MoreSteps);
    }

    #[test]
    fn our_tenants_members_are_read() {
        let wrong = r#"{"error":"invalid_user_password","error_description":"Wrong phone number or verification code.","attempts_left":2}"#;
        assert_eq!(meaning(401, wrong), Refusal::WrongCode { attempts_left: Some(2) });
        let limited = r#"{"error":"too_many_requests","retry_after":42}"#;
        assert_eq!(meaning(429, limited), Refusal::RateLimited { retry_after: Some(42) });
        let paused = r#"{"error":"too_many_requests","error_description":"No codes are sent to such numbers at the moment. Please try again later.","retry_after":42}"#;
        assert_eq!(meaning(429, paused), Refusal::SmsPaused);
    }

    #[test]
    fn how_long_to_wait_is_read_wherever_it_stands() {
        for (name, value, seconds) in [
            ("retry-after", "17", Some(17)),
            ("retry-after", "Thu, 01 Jan 1970 00:17:00 GMT", Some(20)),
            ("x-ratelimit-reset", "1042", Some(42)),
            ("retry-after", "soon", None),
            ("retry-after", "-5", None),
            ("x-ratelimit-reset", "99999999999", None),
            ("x-ratelimit-reset", "1", None),
        ] {
            let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
            headers.insert(name, HeaderValue::from_static(value));
            for body in ["", "<html>Too many", r#"{"error":"too_many_requests"}"#] {
                let refusal = meaning_with(&headers, 429, body);
                assert_eq!(refusal, Refusal::RateLimited { retry_after: seconds }, "{name}: {value}, {body}");
            }
        }
    }

    #[test]
    fn the_providers_code_decides_not_the_digits_beside_it() {
        let of = |words: &str, code: u32| of("sms_provider_error", &format!("{words} (Code: {code})"));
        assert_eq!(of("no", 21211), Refusal::PhoneNumberInvalid);
        assert_eq!(of("no", 30001), Refusal::SmsNotSent);
        assert_eq!(of("The number +12121121211 (Code: 21211) is full", 30002), Refusal::SmsNotSent);
        assert_eq!(of("no", 21610), Refusal::OptedOut);
        assert_eq!(of("no", 21408), Refusal::CountryNotAllowed);
    }

    #[test]
    fn a_tenant_in_trouble_is_unavailable_and_a_wrong_secret_our_fault() {
        assert_eq!(meaning(500, r#"{"error":"server_error"}"#), Refusal::TenantUnavailable);
        assert_eq!(meaning(503, r#"{"error":"who knows"}"#), Refusal::TenantUnavailable);
        assert_eq!(meaning(403, "<html>"), Refusal::TenantUnavailable);
        assert_eq!(meaning(401, r#"{"error":"invalid_client"}"#), Refusal::Misconfigured);
    }

    #[test]
    fn a_refusal_is_logged_by_its_codes_only() {
        let body = r#"{"error":"sms_provider_error\r\n\u001b[2Jforged\u202e","error_description":"The number +14155552671 is bad (Code: 30002)"}"#;
        let now = OffsetDateTime::UNIX_EPOCH;
        let refused = ErrorBody::read(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), now).unwrap();
        let text = TenantError::Refused(refused).to_string();
        assert_eq!(text, "the tenant refused: 400 sms_provider_error2Jforged, the provider's code 30002");
    }
}
