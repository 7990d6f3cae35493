//! People, for the operator.

use super::{Store, rate_limits};
use crate::{
    admin::users::{Person, Whom},
    error::StoreError,
    phone_number::PhoneNumber,
};

type Row = (String, String, String, bool, i64, i64);

impl Store {
    pub(crate) async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, blocked, created_at, updated_at FROM tenant_users \
             ORDER BY created_at DESC, user_id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Person::new).collect()
    }

    pub(crate) async fn find_people(&self, whom: &Whom<'_>) -> Result<Vec<Person>, StoreError> {
        let (id, number) = columns(whom);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT user_id, connection, phone_number, blocked, created_at, updated_at FROM tenant_users \
             WHERE user_id = $1 OR phone_number = $2 ORDER BY connection",
        )
        .bind(id)
        .bind(number)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Person::new).collect()
    }

    pub(crate) async fn set_blocked(&self, whom: &Whom<'_>, blocked: bool) -> Result<Vec<Person>, StoreError> {
        let (id, number) = columns(whom);
        let rows: Vec<Row> = sqlx::query_as(
            "UPDATE tenant_users SET blocked = $3 WHERE user_id = $1 OR phone_number = $2 \
             RETURNING user_id, connection, phone_number, blocked, created_at, updated_at",
        )
        .bind(id)
        .bind(number)
        .bind(blocked)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Person::new).collect()
    }

    pub(crate) async fn forget_tries(&self, number: &PhoneNumber) -> Result<(), StoreError> {
        rate_limits::forget_tries(&mut *self.pool.acquire().await?, number).await
    }

    /// Their sessions, tickets and codes under way go with them; refresh tokens and authorization codes ask for the person
    /// before they give anything.
    pub(crate) async fn delete_people(&self, whom: &Whom<'_>) -> Result<Vec<Person>, StoreError> {
        let (id, number) = columns(whom);
        let mut transaction = self.pool.begin().await?;
        let rows: Vec<Row> = sqlx::query_as(
            "DELETE FROM tenant_users WHERE user_id = $1 OR phone_number = $2 \
             RETURNING user_id, connection, phone_number, blocked, created_at, updated_at",
        )
        .bind(id)
        .bind(number)
        .fetch_all(&mut *transaction)
        .await?;
        for (id, connection, number, ..) in &rows {
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
        rows.into_iter().map(Person::new).collect()
    }
}

/// What to compare with the identifier and the number; nobody has an empty one.
fn columns<'a>(whom: &'a Whom<'_>) -> (&'a str, &'a str) {
    match whom {
        Whom::Id(id) => (id, ""),
        Whom::Number(number) => ("", number.as_str()),
    }
}
