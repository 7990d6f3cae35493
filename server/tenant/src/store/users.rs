//! Users, identified by the number that they sign in with.

use super::Store;
use crate::{admin::export_format::PortableUser, clock::Millis, error::StoreError, phone_number::PhoneNumber};

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// 24 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) connection: String,
    pub(crate) phone_number: String,
    pub(crate) blocked: bool,
    pub(crate) updated_at: Millis,
}

type Row = (String, String, String, i64, i64);

impl User {
    /// The subject of tokens: the strategy and the identifier, as at Auth0.
    pub(crate) fn subject(&self) -> String {
        format!("sms|{}", self.id)
    }
}

pub(super) fn user_of((id, connection, phone_number, blocked, updated_at): Row) -> User {
    User { id, connection, phone_number, blocked: blocked != 0, updated_at: Millis(updated_at) }
}

/// All columns of a user.
pub(super) type UserRow = (String, String, String, i64, i64, i64);

pub(super) fn portable_user_of(
    (id, connection, number, blocked, created_at, last_login): UserRow,
) -> Result<PortableUser, StoreError> {
    let phone_number = PhoneNumber::stored(&number).ok_or(StoreError::Malformed("user"))?;
    let (created_at, last_login) = (Millis(created_at), Millis(last_login));
    Ok(PortableUser { id, connection, phone_number, blocked: blocked != 0, created_at, last_login })
}

impl Store {
    /// The user with this number, created at the first sign-in; parallel first sign-ins get the same one.
    pub(crate) async fn sign_up_or_in(
        &self,
        connection: &str,
        phone_number: &PhoneNumber,
        new_user_id: &str,
        now: Millis,
    ) -> Result<User, StoreError> {
        let row: Row = sqlx::query_as(
            "INSERT INTO tenant_users (connection, phone_number, user_id, blocked, created_at, updated_at) \
             VALUES ($1, $2, $3, FALSE, $4, $4) \
             ON CONFLICT (connection, phone_number) DO UPDATE SET updated_at = excluded.updated_at \
             RETURNING user_id, connection, phone_number, CAST(blocked AS INTEGER), updated_at",
        )
        .bind(connection)
        .bind(phone_number.as_str())
        .bind(new_user_id)
        .bind(now.0)
        .fetch_one(&mut *self.connections.take().await?)
        .await?;
        Ok(user_of(row))
    }

    /// The user with this number, if there is one.
    pub(crate) async fn user_with_number(
        &self,
        connection: &str,
        phone_number: &PhoneNumber,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), updated_at FROM tenant_users \
             WHERE connection = $1 AND phone_number = $2",
        )
        .bind(connection)
        .bind(phone_number.as_str())
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        Ok(row.map(user_of))
    }

    /// The user with this identifier.
    pub(crate) async fn user(&self, user_id: &str) -> Result<Option<User>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, CAST(blocked AS INTEGER), updated_at FROM tenant_users WHERE user_id = $1",
        )
        .bind(user_id)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        Ok(row.map(user_of))
    }
}
