//! One-time codes, those of a prefix that were sent before, and the request that redeems one.

use std::sync::atomic::{AtomicU8, Ordering};

use serde_json::{Value, json};

use super::{OTP_GRANT, PHONE, TestTenant};

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

/// The beginning of the slot of ten minutes in which tests start, in milliseconds.
const SLOT: i64 = 1_800_000_000_000;

/// Codes that were sent before, as the store has them.
pub(crate) async fn sent_before(tenant: &TestTenant, prefix: &str, sent: i64, entered: i64) {
    let insert = "INSERT INTO tenant_conversions (prefix, slot, sent, entered, known) VALUES ($1, $2, $3, $4, 0) \
        ON CONFLICT (prefix, slot) DO UPDATE SET sent = excluded.sent, entered = excluded.entered";
    let insert = sqlx::query(insert).bind(prefix).bind(SLOT).bind(sent).bind(entered);
    insert.execute(&tenant.pool).await.unwrap();
}
