//! The messages that a provider took, and how far they got.

use time::OffsetDateTime;

use super::Store;
use crate::{
    clock::Millis,
    error::StoreError,
    phone_number::PhoneNumber,
    sms::{
        MessageState,
        delivery::{Report, Stage},
    },
};

pub(super) const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

type Row = (i64, String, Option<String>, Option<String>, String, Option<i64>);

impl Store {
    /// Keeps that a message was taken; a report about it may have come first.
    pub(crate) async fn record_message(
        &self,
        message_id: &str,
        connection: &str,
        recipient: &PhoneNumber,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_messages (message_id, connection, recipient, status, stage, created_at) \
             VALUES ($1, $2, $3, 'accepted', $4, $5) \
             ON CONFLICT (message_id) DO UPDATE SET connection = excluded.connection, recipient = excluded.recipient",
        )
        .bind(message_id)
        .bind(connection)
        .bind(recipient.masked())
        .bind(Stage::Accepted.number())
        .bind(now.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// Keeps a report, unless one from further along is there already. Returns when the provider took the message, where
    /// that is known.
    pub(crate) async fn message_reported(
        &self,
        report: &Report<'_>,
        now: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let kept: Option<(i64, Option<String>)> = sqlx::query_as(
            "INSERT INTO tenant_messages (message_id, status, stage, error_code, created_at) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (message_id) DO UPDATE SET status = excluded.status, stage = excluded.stage, \
             error_code = excluded.error_code WHERE tenant_messages.stage < excluded.stage \
             RETURNING created_at, connection",
        )
        .bind(report.message_id)
        .bind(report.status)
        .bind(report.stage.number())
        .bind(report.error_code)
        .bind(now.0)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        // Without a connection the report came before what it is about.
        Ok(kept.and_then(|(at, connection)| connection.map(|_| Millis(at))))
    }

    /// The newest messages, newest first.
    pub(crate) async fn messages(&self, count: u32) -> Result<Vec<MessageState>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT created_at, message_id, connection, recipient, status, error_code FROM tenant_messages \
             ORDER BY created_at DESC, message_id LIMIT $1",
        )
        .bind(i64::from(count))
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.into_iter().map(state_of).collect()
    }
}

fn state_of((at, message_id, connection, recipient, status, error_code): Row) -> Result<MessageState, StoreError> {
    let nanos = i128::from(at) * 1_000_000;
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| StoreError::Malformed("message"))?;
    Ok(MessageState { at, message_id, connection, recipient, status, error_code })
}
