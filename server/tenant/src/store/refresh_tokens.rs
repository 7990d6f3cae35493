//! Refresh tokens: stored as hashes, each valid for one use. The tokens of one sign-in are a family, and are revoked together.

use super::{Connection, GrantId, Store, access_tokens, hash};
use crate::{clock::Millis, error::StoreError, oauth::grant::Grant};

/// A family dies after this long without use.
pub(super) const IDLE_SECONDS: i64 = 2_592_000;

/// And after this long in any case.
pub(super) const ABSOLUTE_SECONDS: i64 = 31_557_600;

/// The tokens that one sign-in led to.
#[derive(Debug)]
pub(crate) struct RefreshFamily {
    pub(crate) id: GrantId,
    pub(crate) grant: Grant,
}

/// A family that is to begin.
#[derive(Debug)]
pub(crate) struct NewFamily {
    pub(crate) client_id: String,
    pub(crate) grant: Grant,
    /// Its first token.
    pub(crate) token: String,
}

/// The result of exchanging a token for its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    Done,
    /// It had been used before, so that two parties hold it: the family is dead.
    Reused,
    /// The family died meanwhile.
    Gone,
}

impl Store {
    pub(crate) async fn start_refresh_family(
        &self,
        id: &GrantId,
        family: &NewFamily,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        insert_family(&mut transaction, id, family, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The live family of a token of this client, used or not.
    pub(crate) async fn refresh_family(
        &self,
        token: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<Option<RefreshFamily>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT family.id, family.grant_json FROM tenant_refresh_families family \
             JOIN tenant_refresh_tokens token ON token.family_id = family.id \
             WHERE token.token_hash = $1 AND family.client_id = $2 AND family.used_at >= $3 AND family.created_at >= $4",
        )
        .bind(hash(token))
        .bind(client_id)
        .bind(now.plus_seconds(-IDLE_SECONDS).0)
        .bind(now.plus_seconds(-ABSOLUTE_SECONDS).0)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        row.map(|(id, grant)| {
            let grant = serde_json::from_str(&grant).map_err(|_| StoreError::Malformed("grant"))?;
            Ok(RefreshFamily { id: GrantId(id), grant })
        })
        .transpose()
    }

    /// Puts `next` in the place of `token`, or ends the family where the token was used before.
    pub(crate) async fn rotate_refresh_token(
        &self,
        family: &RefreshFamily,
        token: &str,
        next: &str,
        now: Millis,
    ) -> Result<Rotation, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        // Writing first locks the family, so that parallel uses wait here and each sees what the one before left.
        let live = sqlx::query("UPDATE tenant_refresh_families SET used_at = $1 WHERE id = $2")
            .bind(now.0)
            .bind(family.id.as_str())
            .execute(&mut *transaction)
            .await?;
        if live.rows_affected() == 0 {
            return Ok(Rotation::Gone);
        }
        let used = sqlx::query(
            "UPDATE tenant_refresh_tokens SET rotated_at = $1 WHERE token_hash = $2 AND rotated_at IS NULL",
        )
        .bind(now.0)
        .bind(hash(token))
        .execute(&mut *transaction)
        .await?;
        let rotation = if used.rows_affected() == 0 {
            end_grant(&mut transaction, &family.id).await?;
            Rotation::Reused
        } else {
            sqlx::query("INSERT INTO tenant_refresh_tokens (token_hash, family_id) VALUES ($1, $2)")
                .bind(hash(next))
                .bind(family.id.as_str())
                .execute(&mut *transaction)
                .await?;
            Rotation::Done
        };
        transaction.commit().await?;
        Ok(rotation)
    }

    /// Ends what a sign-in led to: its code, its refresh tokens, and its access tokens for `/userinfo`.
    pub(crate) async fn end_grant(&self, id: &GrantId) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        end_grant(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn end_grant(connection: &mut Connection, id: &GrantId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM tenant_refresh_families WHERE id = $1",
        "DELETE FROM tenant_authorization_codes WHERE code_hash = $1",
    ] {
        sqlx::query(sql).bind(id.as_str()).execute(&mut *connection).await?;
    }
    access_tokens::end_of_grant(connection, id).await
}

/// Inserts a family and its first token, within the caller's transaction.
pub(super) async fn insert_family(
    connection: &mut Connection,
    id: &GrantId,
    family: &NewFamily,
    now: Millis,
) -> Result<(), StoreError> {
    let grant = serde_json::to_string(&family.grant).map_err(|_| StoreError::Malformed("grant"))?;
    sqlx::query(
        "INSERT INTO tenant_refresh_families (id, client_id, grant_json, created_at, used_at) \
         VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(id.as_str())
    .bind(&family.client_id)
    .bind(grant)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO tenant_refresh_tokens (token_hash, family_id) VALUES ($1, $2)")
        .bind(hash(&family.token))
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    Ok(())
}
