//! One-time codes, and the request that redeems one.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::{Value, json};

use super::{OTP_GRANT, PHONE};

pub(crate) fn otp_request(code: &str) -> Value {
    json!({
        "grant_type": OTP_GRANT,
        "client_id": "web",
        "client_secret": "web-secret",
        "username": PHONE,
        "otp": code,
        "realm": "sms",
        "scope": "openid profile phone email offline_access",
    })
}

/// A code other than this one; nine calls in a row give nine different codes.
pub(crate) fn wrong_code(code: &str) -> String {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    let shift = 1 + NEXT.fetch_add(1, Ordering::Relaxed) % 9;
    code.bytes().map(|digit| char::from(b'0' + (digit - b'0' + shift) % 10)).collect()
}
