//! Users who come from, or go to, another tenant.

use super::{Connection, Store, access_tokens, logouts};
use crate::{admin::export_format::PortableUser, clock::Millis, error::StoreError, phone_number::PhoneNumber};

/// What became of an imported user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportOutcome {
    New,
    Known,
    /// Known, and not blocked until now.
    NewlyBlocked,
    /// Nothing changed: the number belongs to another user.
    NumberTaken,
}

type Row = (String, String, String, i64, i64, i64);

impl Store {
    /// Imports users in one transaction.
    pub(crate) async fn import_users(
        &self,
        users: impl Iterator<Item = &PortableUser> + Send,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let mut outcomes = Vec::new();
        for user in users {
            outcomes.push(import(&mut transaction, user).await?);
        }
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// The next users after this identifier, by identifier.
    pub(crate) async fn users_after(&self, id: &str, limit: u32) -> Result<Vec<PortableUser>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at FROM tenant_users \
             WHERE user_id > $1 ORDER BY user_id LIMIT $2",
        )
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(user_of).collect()
    }

    /// The users with this number: at most one of each connection.
    pub(crate) async fn users_with_number(&self, number: &PhoneNumber) -> Result<Vec<PortableUser>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at FROM tenant_users \
             WHERE phone_number = $1 ORDER BY connection",
        )
        .bind(number.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(user_of).collect()
    }
}

async fn import(connection: &mut Connection, user: &PortableUser) -> Result<ImportOutcome, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO tenant_users (user_id, connection, phone_number, blocked, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&user.id)
    .bind(&user.connection)
    .bind(user.phone_number.as_str())
    .bind(user.blocked)
    .bind(user.created_at.0)
    .bind(user.last_login.0)
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() > 0 {
        return Ok(ImportOutcome::New);
    }
    let updated = sqlx::query(
        "UPDATE tenant_users SET connection = $2, phone_number = $3, \
         created_at = CASE WHEN created_at < $4 THEN created_at ELSE $4 END, \
         updated_at = CASE WHEN updated_at > $5 THEN updated_at ELSE $5 END \
         WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM tenant_users other \
         WHERE other.connection = $2 AND other.phone_number = $3 AND other.user_id <> $1)",
    )
    .bind(&user.id)
    .bind(&user.connection)
    .bind(user.phone_number.as_str())
    .bind(user.created_at.0)
    .bind(user.last_login.0)
    .execute(&mut *connection)
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(ImportOutcome::NumberTaken);
    }
    if user.blocked && block(connection, &user.id).await? {
        return Ok(ImportOutcome::NewlyBlocked);
    }
    Ok(ImportOutcome::Known)
}

/// Returns whether the user was not blocked until now.
async fn block(connection: &mut Connection, id: &str) -> Result<bool, StoreError> {
    let blocked = sqlx::query("UPDATE tenant_users SET blocked = TRUE WHERE user_id = $1 AND NOT blocked")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    access_tokens::end_of_user(&mut *connection, id).await?;
    let is_new = blocked.rows_affected() > 0;
    if is_new {
        logouts::request(connection, id, None).await?;
    }
    Ok(is_new)
}

fn user_of((id, connection, number, blocked, created_at, last_login): Row) -> Result<PortableUser, StoreError> {
    let phone_number = PhoneNumber::stored(&number).ok_or(StoreError::Malformed("user"))?;
    let (created_at, last_login) = (Millis(created_at), Millis(last_login));
    Ok(PortableUser { id, connection, phone_number, blocked: blocked != 0, created_at, last_login })
}
