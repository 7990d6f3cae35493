//! Authorization codes: stored as hashes, valid for one exchange.

use super::{
    GrantId, Store, hash,
    refresh_tokens::{NewFamily, insert_family},
};
use crate::{clock::Millis, error::StoreError, oauth::grant::Grant};

/// A code, and what it is bound to.
#[derive(Debug)]
pub(crate) struct StoredCode {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: Option<String>,
    pub(crate) grant: Grant,
    pub(crate) expires_at: Millis,
}

type Row = (String, String, Option<String>, String, i64);

impl Store {
    pub(crate) async fn put_authorization_code(&self, code: &str, stored: &StoredCode) -> Result<(), StoreError> {
        let grant = serde_json::to_string(&stored.grant).map_err(|_| StoreError::Malformed("grant"))?;
        sqlx::query(
            "INSERT INTO tenant_authorization_codes \
             (code_hash, client_id, redirect_uri, code_challenge, grant_json, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(hash(code))
        .bind(&stored.client_id)
        .bind(&stored.redirect_uri)
        .bind(&stored.code_challenge)
        .bind(grant)
        .bind(stored.expires_at.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// Uses the code up, whatever `judge` returns. The refresh token family that it grants is stored in the same transaction,
    /// so that a reuse of the code finds the family and revokes it. The row stays, to detect the reuse.
    pub(crate) async fn take_authorization_code<E>(
        &self,
        code: &str,
        now: Millis,
        judge: impl FnOnce(&StoredCode) -> Result<Option<NewFamily>, E> + Send,
    ) -> Result<Option<Result<(StoredCode, Option<NewFamily>), E>>, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let row: Option<Row> = sqlx::query_as(
            "UPDATE tenant_authorization_codes SET redeemed_at = $1 WHERE code_hash = $2 AND redeemed_at IS NULL \
             RETURNING client_id, redirect_uri, code_challenge, grant_json, expires_at",
        )
        .bind(now.0)
        .bind(hash(code))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(stored) = row.map(code_of).transpose()? else { return Ok(None) };
        let judged = judge(&stored);
        if let Ok(Some(family)) = &judged {
            insert_family(&mut transaction, &GrantId::of(code), family, now).await?;
        }
        transaction.commit().await?;
        Ok(Some(judged.map(|family| (stored, family))))
    }
}

fn code_of((client_id, redirect_uri, code_challenge, grant, expires_at): Row) -> Result<StoredCode, StoreError> {
    let grant = serde_json::from_str(&grant).map_err(|_| StoreError::Malformed("grant"))?;
    Ok(StoredCode { client_id, redirect_uri, code_challenge, grant, expires_at: Millis(expires_at) })
}
