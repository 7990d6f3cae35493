//! Deletes expired rows.

use super::Store;
use crate::{
    clock::Millis, config::LONGEST_CODE_SECONDS, error::StoreError, keys::signing_key, otp::repeat::REPEAT_SECONDS,
};

/// Rows that one statement deletes: few enough that no request waits for it.
const BATCH: i64 = 500;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Rows of a table that can be deleted.
struct Expired {
    sql: &'static str,
    /// Seconds that they stay after the time in their column.
    kept_seconds: i64,
}

/// Deletes at most `$2` rows whose time is before `$1`.
macro_rules! rows {
    ($table:literal, $key:literal, $time:literal, $kept:expr) => {
        Expired {
            sql: concat!(
                "DELETE FROM ",
                $table,
                " WHERE (",
                $key,
                ") IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $time,
                " < $1 LIMIT $2)"
            ),
            kept_seconds: $kept,
        }
    };
}

const EXPIRED: [Expired; 24] = [
    // A late attempt is answered that the code has expired.
    rows!("tenant_otp_challenges", "connection, phone_number, client_id, transaction_hash", "expires_at", DAY),
    rows!("tenant_replaced_codes", "id", "expires_at", 0),
    rows!("tenant_redemptions", "challenge_id", "redeemed_at", REPEAT_SECONDS),
    // The reuse of a code is detected.
    rows!("tenant_authorization_codes", "code_hash", "expires_at", HOUR),
    rows!("tenant_access_tokens", "token_hash", "expires_at", 0),
    rows!("tenant_refresh_families", "id", "used_at", super::refresh_tokens::IDLE_SECONDS),
    rows!("tenant_refresh_families", "id", "created_at", super::refresh_tokens::ABSOLUTE_SECONDS),
    rows!("tenant_sso_sessions", "token_hash", "last_seen_at", super::sso_sessions::IDLE_SECONDS),
    rows!("tenant_sso_sessions", "token_hash", "created_at", super::sso_sessions::ABSOLUTE_SECONDS),
    rows!("tenant_login_tickets", "ticket_hash", "expires_at", 0),
    rows!("tenant_login_sends", "form_hash", "expires_at", 0),
    rows!("tenant_assertions", "name_hash", "expires_at", 0),
    rows!("tenant_used_proofs", "challenge_hash", "expires_at", 0),
    rows!("tenant_retired_keys", "modulus", "retired_at", signing_key::RETIRED_SECONDS),
    rows!("tenant_messages", "message_id", "created_at", super::messages::KEPT_SECONDS),
    rows!("tenant_logs", "log_id", "logged_at", super::logs::KEPT_SECONDS),
    rows!("tenant_refusals", "id", "logged_at", super::logs::KEPT_SECONDS),
    // A full bucket, and a number without a delay, are the same as none.
    rows!("tenant_limits", "bucket", "tat", 0),
    rows!("tenant_sends", "phone_number", "last_at", HOUR),
    rows!("tenant_conversions", "prefix, slot", "slot", DAY + HOUR),
    rows!("tenant_new_numbers", "phone_number", "slot", DAY),
    rows!("tenant_spared_codes", "phone_number", "sent_at", DAY + HOUR),
    rows!("tenant_spending", "connection, country, day", "day", 32 * DAY),
    rows!("tenant_alarms", "name", "until", 0),
];

impl Store {
    /// Returns the number of rows that it deleted.
    pub(crate) async fn delete_expired(&self, now: Millis) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for Expired { sql, kept_seconds } in EXPIRED {
            loop {
                let query = sqlx::query(sql).bind(now.plus_seconds(-kept_seconds).0).bind(BATCH);
                let rows = query.execute(&mut *self.connections.take().await?).await?.rows_affected();
                deleted += rows;
                if rows < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        // Another instance may have hashed with it for as long as it remembers the keys.
        let since = now.plus_seconds(-LONGEST_CODE_SECONDS - signing_key::CACHE_SECONDS);
        deleted += self.delete_otp_keys(since).await?;
        Ok(deleted)
    }
}
