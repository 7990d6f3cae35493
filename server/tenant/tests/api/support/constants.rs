//! Values of requests and sentences of responses that many tests use.

pub(crate) const PHONE: &str = "+14155552671";
pub(crate) const OTHER_PHONE: &str = "+14155552672";
pub(crate) const OTP_GRANT: &str = "http://auth0.com/oauth/grant-type/passwordless/otp";
pub(crate) const CALLBACK: &str = "http://localhost:3000/callback";

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const WRONG_CODE: &str = "Wrong phone number or verification code.";
pub(crate) const CODE_EXPIRED: &str = "The verification code has expired. Please try to login again.";
pub(crate) const CODE_USED_UP: &str = "You've reached the maximum number of attempts. Please try to login again.";
pub(crate) const TOO_MANY_ATTEMPTS: &str = "Your account has been blocked after multiple consecutive login attempts.";
pub(crate) const TOO_MANY_REQUESTS: &str = "Too many requests. Please try again later.";
pub(crate) const SMS_PAUSED: &str = "No codes are sent to such numbers at the moment. Please try again later.";
pub(crate) const SIGNUP_DISABLED: &str = "Public signup is disabled";
pub(crate) const UNKNOWN_REFRESH_TOKEN: &str = "Unknown or invalid refresh token.";

/// In seconds.
pub(crate) const HOUR: u64 = 60 * 60;
/// In seconds.
pub(crate) const DAY: u64 = 24 * HOUR;
