//! The app's users.

use leptos_passwordless::server::SignIn;
use sqlx::SqlitePool;

/// The table. A session of the app's is worth nothing without a row in it.
pub(crate) const SCHEMA: &str = "CREATE TABLE users (
    id           INTEGER PRIMARY KEY,
    tenant_id    TEXT    NOT NULL UNIQUE,
    phone_number TEXT,
    terms        TEXT,
    logins       INTEGER NOT NULL DEFAULT 1,
    is_closed    BOOLEAN NOT NULL DEFAULT FALSE
)";

/// What the session knows of the app's user.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: i64,
}

/// Makes the user's row, or finds it, and keeps the consent. A closed account cannot log in.
pub(crate) async fn sign_in(users: SqlitePool, login: SignIn) -> Result<Customer, String> {
    let terms = login.consent.as_ref().map(|consent| consent.version.as_str());
    let row = sqlx::query_as::<_, (i64, bool)>(
        "INSERT INTO users (tenant_id, phone_number, terms) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE
         SET phone_number = $2, terms = COALESCE($3, terms), logins = logins + 1
         RETURNING id, is_closed",
    )
    .bind(&login.user_id)
    .bind(&login.phone_number)
    .bind(terms)
    .fetch_one(&users)
    .await;
    match row {
        Ok((id, false)) => Ok(Customer { id }),
        Ok((_, true)) => Err("Your account is closed.".to_owned()),
        Err(_) => Err("Please try again in a few minutes.".to_owned()),
    }
}

/// How often a customer has logged in.
pub(crate) async fn logins(users: &SqlitePool, id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT logins FROM users WHERE id = $1").bind(id).fetch_one(users).await
}
