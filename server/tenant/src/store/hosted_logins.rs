//! Logins under way at the tenant's own page.

use super::{Store, hash};
use crate::{
    clock::Millis, error::StoreError, hosted::Notice, oauth::request::AuthorizationRequest, phone_number::PhoneNumber,
};

/// A login under way.
#[derive(Debug)]
pub(crate) struct HostedLogin {
    pub(crate) request: AuthorizationRequest,
    /// The number as it was typed, to show it again.
    pub(crate) typed: String,
    /// The number that a code was sent to; with one, the page asks for the code.
    pub(crate) phone_number: Option<PhoneNumber>,
    /// What the page says beside the form.
    pub(crate) notice: Option<Notice>,
    /// Until when it goes on; what is kept longer leads back to the application.
    pub(crate) expires_at: Millis,
}

type Row = (String, String, Option<String>, String, i64);

impl Store {
    pub(crate) async fn put_hosted_login(
        &self,
        id: &str,
        request: &AuthorizationRequest,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        let typed = request.login_hint.clone().unwrap_or_default();
        sqlx::query(
            "INSERT INTO tenant_hosted_logins (id_hash, request_json, typed, notice_json, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(hash(id))
        .bind(to_json(request)?)
        .bind(typed)
        .bind(to_json(&None::<Notice>)?)
        .bind(expires_at.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The login, also where it is over.
    pub(crate) async fn hosted_login(&self, id: &str) -> Result<Option<HostedLogin>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT request_json, typed, phone_number, notice_json, expires_at FROM tenant_hosted_logins \
             WHERE id_hash = $1",
        )
        .bind(hash(id))
        .fetch_optional(&self.pool)
        .await?;
        row.map(login_of).transpose()
    }

    /// Keeps where the person is: what they typed, the number that has a code, and what to say.
    pub(crate) async fn update_hosted_login(&self, id: &str, login: &HostedLogin) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE tenant_hosted_logins SET typed = $1, phone_number = $2, notice_json = $3 WHERE id_hash = $4",
        )
        .bind(&login.typed)
        .bind(login.phone_number.as_ref().map(PhoneNumber::as_str))
        .bind(to_json(&login.notice)?)
        .bind(hash(id))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Ends a login; until then its last step can be repeated.
    pub(crate) async fn end_hosted_login(&self, id: &str, at: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE tenant_hosted_logins SET expires_at = $1 WHERE id_hash = $2 AND expires_at > $1")
            .bind(at.0)
            .bind(hash(id))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Malformed("hosted login"))
}

fn login_of((request, typed, phone_number, notice, expires_at): Row) -> Result<HostedLogin, StoreError> {
    let malformed = |_| StoreError::Malformed("hosted login");
    Ok(HostedLogin {
        request: serde_json::from_str(&request).map_err(malformed)?,
        typed,
        phone_number: phone_number.as_deref().and_then(PhoneNumber::kept),
        notice: serde_json::from_str(&notice).map_err(malformed)?,
        expires_at: Millis(expires_at),
    })
}
