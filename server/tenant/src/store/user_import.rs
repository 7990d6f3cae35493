//! Users who come from, or go to, another tenant.

use super::{
    Connection, Store, access_tokens, logouts,
    users::{UserRow, portable_user_of},
};
use crate::{admin::export_format::PortableUser, error::StoreError};

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

impl Store {
    /// Imports users in one transaction.
    pub(crate) async fn import_users(
        &self,
        users: impl Iterator<Item = &PortableUser> + Send,
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let mut outcomes = Vec::new();
        for user in users {
            outcomes.push(import(&mut transaction, user).await?);
        }
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// The next users after this identifier, by identifier.
    pub(crate) async fn users_after(&self, id: &str, limit: u32) -> Result<Vec<PortableUser>, StoreError> {
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at FROM tenant_users \
             WHERE user_id > $1 ORDER BY user_id LIMIT $2",
        )
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.into_iter().map(portable_user_of).collect()
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
