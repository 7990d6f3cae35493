//! Values of requests and sentences of responses that many tests use.

pub(crate) const PHONE: &str = "+14155552671";
pub(crate) const OTP_GRANT: &str = "http://auth0.com/oauth/grant-type/passwordless/otp";
pub(crate) const CALLBACK: &str = "http://localhost:3000/callback";

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
