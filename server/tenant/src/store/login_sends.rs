//! Messages that forms of the login page asked for: of parallel submits of one form, on any instance, one sends.

use super::{Store, hash};
use crate::{clock::Millis, error::StoreError, login_page::LoginNotice};

/// What became of a message: when it was sent, or why it was not.
pub(crate) type LoginSendOutcome = Result<Millis, LoginNotice>;

/// How far a form's message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LoginSend {
    /// This submit is the one that sends.
    Begun,
    /// Another submit of the form is sending.
    UnderWay,
    /// Another submit of the form has sent, or failed to.
    Ended(LoginSendOutcome),
}

impl Store {
    /// Begins to send a form's message, unless it was begun before and that has not expired.
    pub(crate) async fn begin_login_send(
        &self,
        form: &str,
        now: Millis,
        expires_at: Millis,
    ) -> Result<LoginSend, StoreError> {
        // Reading first: those that wait ask often, and a write would lock the table.
        let row: Option<Option<String>> =
            sqlx::query_scalar("SELECT outcome FROM tenant_login_sends WHERE form_hash = $1 AND expires_at > $2")
                .bind(hash(form))
                .bind(now.0)
                .fetch_optional(&mut *self.connections.take().await?)
                .await?;
        if let Some(outcome) = row {
            let Some(outcome) = outcome else { return Ok(LoginSend::UnderWay) };
            let outcome = serde_json::from_str(&outcome).map_err(|_| StoreError::Malformed("login send"))?;
            return Ok(LoginSend::Ended(outcome));
        }
        let begun = sqlx::query(
            "INSERT INTO tenant_login_sends (form_hash, outcome, expires_at) VALUES ($1, NULL, $2) \
             ON CONFLICT (form_hash) DO UPDATE SET outcome = NULL, expires_at = excluded.expires_at \
             WHERE tenant_login_sends.expires_at <= $3",
        )
        .bind(hash(form))
        .bind(expires_at.0)
        .bind(now.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(if begun.rows_affected() == 1 { LoginSend::Begun } else { LoginSend::UnderWay })
    }

    /// The outcome, for the other submits of the form.
    pub(crate) async fn end_login_send(&self, form: &str, outcome: &LoginSendOutcome) -> Result<(), StoreError> {
        let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Malformed("login send"))?;
        sqlx::query("UPDATE tenant_login_sends SET outcome = $1 WHERE form_hash = $2")
            .bind(outcome)
            .bind(hash(form))
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }

    /// Forgets that it was begun, so that another submit of the form can send.
    pub(crate) async fn forget_login_send(&self, form: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_login_sends WHERE form_hash = $1")
            .bind(hash(form))
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }
}
