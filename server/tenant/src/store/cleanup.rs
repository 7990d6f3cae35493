//! The removal of what is over.

use super::Store;
use crate::{clock::Millis, error::StoreError, keys::otp_keys, otp::repeat::REPEAT_SECONDS};

/// Rows that one statement removes: few enough that nobody waits for it.
const BATCH: i64 = 500;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Rows of a table that can go.
struct Swept {
    sql: &'static str,
    /// Seconds that they stay after the time in their column.
    kept: i64,
}

/// Removes at most `$2` rows whose time is before `$1`.
macro_rules! rows {
    ($table:literal, $key:literal, $time:literal, $kept:expr) => {
        Swept {
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
            kept: $kept,
        }
    };
}

const SWEPT: [Swept; 16] = [
    // A late try is told that the code expired.
    rows!("tenant_otp_challenges", "connection, phone_number, client_id, transaction_hash", "expires_at", DAY),
    rows!("tenant_replaced_codes", "id", "expires_at", 0),
    rows!("tenant_redemptions", "challenge_id", "redeemed_at", REPEAT_SECONDS),
    // A code that comes twice is known again.
    rows!("tenant_authorization_codes", "code_hash", "expires_at", HOUR),
    rows!("tenant_refresh_families", "id", "used_at", super::refresh_tokens::IDLE_SECONDS),
    rows!("tenant_refresh_families", "id", "created_at", super::refresh_tokens::ABSOLUTE_SECONDS),
    rows!("tenant_sso_sessions", "token_hash", "last_seen_at", super::sso_sessions::IDLE_SECONDS),
    rows!("tenant_sso_sessions", "token_hash", "created_at", super::sso_sessions::ABSOLUTE_SECONDS),
    rows!("tenant_login_tickets", "ticket_hash", "expires_at", 0),
    rows!("tenant_assertions", "name_hash", "expires_at", 0),
    rows!("tenant_retired_keys", "modulus", "retired_at", crate::keys::rotation::RETIRED_SECONDS),
    rows!("tenant_messages", "message_id", "created_at", super::messages::KEPT_SECONDS),
    rows!("tenant_logs", "log_id", "logged_at", super::logs::KEPT_SECONDS),
    rows!("tenant_refusals", "id", "logged_at", super::logs::KEPT_SECONDS),
    // A bucket that is full and a number that may have codes at once are as good as none.
    rows!("tenant_limits", "bucket", "tat", 0),
    rows!("tenant_sends", "phone_number", "last_at", HOUR),
];

impl Store {
    /// Removes what is over; says how many rows that were.
    pub(crate) async fn sweep(&self, now: Millis) -> Result<u64, StoreError> {
        let mut removed = 0;
        for Swept { sql, kept } in SWEPT {
            loop {
                let query = sqlx::query(sql).bind(now.plus_seconds(-kept).0).bind(BATCH);
                let rows = query.execute(&self.pool).await?.rows_affected();
                removed += rows;
                if rows < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        removed += self.forget_code_keys(now.plus_seconds(-otp_keys::RETIRED_SECONDS)).await?;
        Ok(removed)
    }
}
