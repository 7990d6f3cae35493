//! Access tokens for `/userinfo`: random texts, stored as hashes.

use super::{GrantId, Store, hash, users::user_of};
use crate::{
    clock::Millis,
    error::StoreError,
    store::{Connection, User},
};

/// An access token that is to be stored.
#[derive(Debug)]
pub(crate) struct NewAccessToken<'a> {
    pub(crate) token: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) scope: String,
    /// The sign-in that it is revoked with, where it has a code or refresh tokens.
    pub(crate) grant: Option<&'a GrantId>,
    pub(crate) expires_at: Millis,
}

impl Store {
    /// Stores a token, unless its sign-in was revoked meanwhile.
    pub(crate) async fn put_access_token(&self, new: &NewAccessToken<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_access_tokens (token_hash, client_id, user_id, scope, grant_id, expires_at) \
             SELECT $1, $2, $3, $4, $5, $6 \
             WHERE CAST($5 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM tenant_refresh_families WHERE id = $5) \
             OR EXISTS (SELECT 1 FROM tenant_authorization_codes WHERE code_hash = $5)",
        )
        .bind(hash(new.token))
        .bind(new.client_id)
        .bind(new.user_id)
        .bind(&new.scope)
        .bind(new.grant.map(GrantId::as_str))
        .bind(new.expires_at.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// The user and the scope of a token that is valid now; a blocked user has none.
    pub(crate) async fn user_of_access_token(
        &self,
        token: &str,
        now: Millis,
    ) -> Result<Option<(User, String)>, StoreError> {
        let row: Option<(String, String, String, i64, i64, String)> = sqlx::query_as(
            "SELECT person.user_id, person.connection, person.phone_number, CAST(person.blocked AS INTEGER), person.updated_at, token.scope \
             FROM tenant_access_tokens token JOIN tenant_users person ON person.user_id = token.user_id \
             WHERE token.token_hash = $1 AND token.expires_at > $2 AND NOT person.blocked",
        )
        .bind(hash(token))
        .bind(now.0)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        Ok(row.map(|(id, connection, number, blocked, updated_at, scope)| {
            (user_of((id, connection, number, blocked, updated_at)), scope)
        }))
    }

    /// Ends a token of this client.
    pub(crate) async fn end_access_token(&self, token: &str, client_id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_access_tokens WHERE token_hash = $1 AND client_id = $2")
            .bind(hash(token))
            .bind(client_id)
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }
}

/// Ends the tokens of a sign-in, within the caller's transaction.
pub(super) async fn end_of_grant(connection: &mut Connection, grant: &GrantId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tenant_access_tokens WHERE grant_id = $1")
        .bind(grant.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the tokens of a user, within the caller's transaction.
pub(super) async fn end_of_user(connection: &mut Connection, user_id: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tenant_access_tokens WHERE user_id = $1").bind(user_id).execute(connection).await?;
    Ok(())
}
