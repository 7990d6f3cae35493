//! The users, listed and managed by an operator.

use time::OffsetDateTime;

use super::export_format::PortableUser;
use crate::{
    clock::Millis,
    error::StoreError,
    phone_number::PhoneNumber,
    store::{Pool, Store},
};

/// A user of one connection. Neither its `Debug` form nor its JSON shows the number in clear.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UserRecord {
    /// The subject of the user's tokens, such as `sms|0123456789abcdef01234567`.
    pub user_id: String,
    /// The connection that the user signs in with.
    pub connection: String,
    /// Whether the user is blocked.
    pub blocked: bool,
    /// The first sign-in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The last sign-in.
    #[serde(rename = "last_login", with = "time::serde::rfc3339")]
    pub last_signed_in_at: OffsetDateTime,
    /// The number, masked.
    pub phone_number: String,
    #[serde(skip)]
    number: PhoneNumber,
}

impl UserRecord {
    pub(crate) fn new(user: PortableUser) -> Result<Self, StoreError> {
        let at = |millis: Millis| {
            OffsetDateTime::from_unix_timestamp(millis.seconds()).map_err(|_| StoreError::Malformed("user"))
        };
        Ok(Self {
            user_id: user.subject(),
            blocked: user.blocked,
            created_at: at(user.created_at)?,
            last_signed_in_at: at(user.last_login)?,
            phone_number: user.phone_number.masked(),
            connection: user.connection,
            number: user.phone_number,
        })
    }

    /// The same, with the number in clear.
    #[must_use]
    pub fn unmasked(self) -> Self {
        Self { phone_number: self.number.as_str().to_owned(), ..self }
    }

    pub(crate) fn number(&self) -> &PhoneNumber {
        &self.number
    }
}

/// The users that an operator selects.
#[derive(Clone, Debug)]
pub(crate) enum UserSelector<'a> {
    Id(&'a str),
    Number(PhoneNumber),
}

impl<'a> UserSelector<'a> {
    /// A number in E.164, also one that would be refused today, or an identifier with or without `sms|`.
    pub(crate) fn parse(text: &'a str) -> Self {
        let number = PhoneNumber::parse(text).or_else(|| PhoneNumber::stored(text));
        number.map_or(Self::Id(text.strip_prefix("sms|").unwrap_or(text)), Self::Number)
    }
}

/// All users, newest first.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn list_users(pool: &Pool) -> Result<Vec<UserRecord>, StoreError> {
    Store::new(pool.clone()).list_users().await
}

/// The users with this number or identifier: at most one of each connection.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn find_users(pool: &Pool, selector: &str) -> Result<Vec<UserRecord>, StoreError> {
    let users = Store::new(pool.clone()).find_users(&UserSelector::parse(selector)).await?;
    users.into_iter().map(UserRecord::new).collect()
}

/// Blocks the users with this number or identifier: they get no messages and no tokens, and their sessions and refresh tokens
/// do not work while they are blocked. Access tokens for `/userinfo` end; those for APIs are checked without the tenant, and
/// stay valid until they expire. Applications with back-channel logout are told, by a tenant that runs on this database.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn block_users(pool: &Pool, selector: &str) -> Result<Vec<UserRecord>, StoreError> {
    Store::new(pool.clone()).set_blocked(&UserSelector::parse(selector), true).await
}

/// Unblocks the users with this number or identifier, and resets the failed attempts for their numbers. The attempts of a
/// number are reset even if it has never signed in.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn unblock_users(pool: &Pool, selector: &str) -> Result<Vec<UserRecord>, StoreError> {
    let store = Store::new(pool.clone());
    let selector = UserSelector::parse(selector);
    let users = store.set_blocked(&selector, false).await?;
    if let UserSelector::Number(number) = &selector {
        store.reset_attempts(number).await?;
    }
    for user in &users {
        store.reset_attempts(user.number()).await?;
    }
    Ok(users)
}

/// Deletes the users with this number or identifier, and ends their sessions at the tenant. Applications with back-channel
/// logout are told, by a tenant that runs on this database. Signing in again creates a new user.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn delete_users(pool: &Pool, selector: &str) -> Result<Vec<UserRecord>, StoreError> {
    Store::new(pool.clone()).delete_users(&UserSelector::parse(selector)).await
}
