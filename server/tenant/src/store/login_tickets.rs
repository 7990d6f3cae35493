//! Login tickets, which a page of an application takes from `/co/authenticate` to `/authorize`.

use super::{Store, hash};
use crate::{clock::Millis, error::StoreError};

/// A ticket to store.
#[derive(Debug)]
pub(crate) struct LoginTicket {
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    /// The cookie that went to the browser with it.
    pub(crate) cookie: String,
    pub(crate) expires_at: Millis,
}

/// A redeemed ticket, with the hash of its cookie.
#[derive(Debug)]
pub(crate) struct TakenTicket {
    pub(crate) user_id: String,
    cookie_hash: String,
}

impl TakenTicket {
    pub(crate) fn came_with(&self, cookie: &str) -> bool {
        self.cookie_hash == hash(cookie)
    }
}

impl Store {
    pub(crate) async fn put_login_ticket(&self, ticket: &str, about: &LoginTicket) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_login_tickets (ticket_hash, client_id, user_id, cookie_hash, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(hash(ticket))
        .bind(&about.client_id)
        .bind(&about.user_id)
        .bind(hash(&about.cookie))
        .bind(about.expires_at.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// Uses up a ticket of this client.
    pub(crate) async fn take_login_ticket(
        &self,
        ticket: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<Option<TakenTicket>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "DELETE FROM tenant_login_tickets WHERE ticket_hash = $1 AND client_id = $2 AND expires_at > $3 \
             RETURNING user_id, cookie_hash",
        )
        .bind(hash(ticket))
        .bind(client_id)
        .bind(now.0)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        Ok(row.map(|(user_id, cookie_hash)| TakenTicket { user_id, cookie_hash }))
    }
}
