//! The users, for the operator.

use super::{
    Store, access_tokens, logouts, rate_limits,
    users::{UserRow, portable_user_of},
};
use crate::{
    admin::{
        export_format::PortableUser,
        users::{UserRecord, UserSelector},
    },
    error::StoreError,
    phone_number::PhoneNumber,
};

impl Store {
    pub(crate) async fn list_users(&self) -> Result<Vec<UserRecord>, StoreError> {
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at FROM tenant_users \
             ORDER BY created_at DESC, user_id",
        )
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        records_of(rows)
    }

    pub(crate) async fn find_users(&self, selector: &UserSelector<'_>) -> Result<Vec<PortableUser>, StoreError> {
        let (id, number) = columns(selector);
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at FROM tenant_users \
             WHERE user_id = $1 OR phone_number = $2 ORDER BY connection",
        )
        .bind(id)
        .bind(number)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.into_iter().map(portable_user_of).collect()
    }

    /// A block ends the access tokens for `/userinfo`, and applications are told.
    pub(crate) async fn set_blocked(
        &self,
        selector: &UserSelector<'_>,
        blocked: bool,
    ) -> Result<Vec<UserRecord>, StoreError> {
        let (id, number) = columns(selector);
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let rows: Vec<UserRow> = sqlx::query_as(
            "UPDATE tenant_users SET blocked = $3 WHERE user_id = $1 OR phone_number = $2 \
             RETURNING user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at",
        )
        .bind(id)
        .bind(number)
        .bind(blocked)
        .fetch_all(&mut *transaction)
        .await?;
        if blocked {
            for (id, ..) in &rows {
                access_tokens::end_of_user(&mut transaction, id).await?;
                logouts::request(&mut transaction, id, None).await?;
            }
        }
        transaction.commit().await?;
        records_of(rows)
    }

    pub(crate) async fn reset_attempts(&self, number: &PhoneNumber) -> Result<(), StoreError> {
        rate_limits::reset_attempts(&mut *self.connections.take().await?, number).await
    }

    /// Deletes their sessions, access tokens, tickets and codes too, and applications are told; refresh tokens and authorization codes check that the user exists.
    pub(crate) async fn delete_users(&self, selector: &UserSelector<'_>) -> Result<Vec<UserRecord>, StoreError> {
        let (id, number) = columns(selector);
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let rows: Vec<UserRow> = sqlx::query_as(
            "DELETE FROM tenant_users WHERE user_id = $1 OR phone_number = $2 \
             RETURNING user_id, connection, phone_number, CAST(blocked AS INTEGER), created_at, updated_at",
        )
        .bind(id)
        .bind(number)
        .fetch_all(&mut *transaction)
        .await?;
        for (id, connection, number, ..) in &rows {
            access_tokens::end_of_user(&mut transaction, id).await?;
            logouts::request(&mut transaction, id, None).await?;
            for sql in [
                "DELETE FROM tenant_sso_sessions WHERE user_id = $1",
                "DELETE FROM tenant_login_tickets WHERE user_id = $1",
            ] {
                sqlx::query(sql).bind(id).execute(&mut *transaction).await?;
            }
            for sql in [
                "DELETE FROM tenant_otp_challenges WHERE connection = $1 AND phone_number = $2",
                "DELETE FROM tenant_replaced_codes WHERE connection = $1 AND phone_number = $2",
            ] {
                sqlx::query(sql).bind(connection).bind(number).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        records_of(rows)
    }
}

fn records_of(rows: Vec<UserRow>) -> Result<Vec<UserRecord>, StoreError> {
    rows.into_iter().map(|row| UserRecord::new(portable_user_of(row)?)).collect()
}

/// Values to compare the identifier and the number with; no user has an empty one.
fn columns<'a>(selector: &'a UserSelector<'_>) -> (&'a str, &'a str) {
    match selector {
        UserSelector::Id(id) => (id, ""),
        UserSelector::Number(number) => ("", number.as_str()),
    }
}
