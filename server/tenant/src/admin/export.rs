//! Users as Auth0's export has them, and all that is stored about one person.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::{export_format::PortableUser, users::UserSelector};
use crate::{
    audit::event::LogEntry,
    error::StoreError,
    phone_number::PhoneNumber,
    store::{Pool, Store},
};

const BATCH: u32 = 1000;

/// An export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The users cannot be written.
    #[error("the users cannot be written")]
    Write(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes all users in the form of [Auth0's
/// export](https://auth0.com/docs/manage-users/user-migration/bulk-user-exports), one JSON object a line, numbers in clear.
///
/// # Errors
///
/// When the database cannot be read, or the users cannot be written.
pub async fn export_users(pool: &Pool, out: &mut impl Write) -> Result<(), ExportError> {
    let store = Store::new(pool.clone());
    let mut last = String::new();
    loop {
        let users = store.users_after(&last, BATCH).await?;
        let Some(newest) = users.last() else { return Ok(()) };
        last.clone_from(&newest.id);
        for user in &users {
            writeln!(out, "{}", user.to_json()?)?;
        }
    }
}

/// All that the tenant has stored about the person with one number. Of tokens and codes it has hashes, which are left out.
#[derive(Debug, Serialize)]
pub struct PersonalData {
    /// The user of each connection, in the form of the export.
    pub(crate) users: Vec<Value>,
    /// Sessions at the tenant.
    pub(crate) sessions: Vec<SessionData>,
    /// Sign-ins that have refresh tokens.
    pub(crate) refresh_tokens: Vec<TokenData>,
    /// Access tokens for `/userinfo`.
    pub(crate) access_tokens: Vec<TokenData>,
    /// Codes that were sent and have not expired or been removed.
    pub(crate) codes: Vec<CodeData>,
    /// Counters of limits that hold the number.
    pub(crate) limits: Vec<LimitData>,
    /// Entries of the audit log that name the user. Those before the first sign-in, and messages, have a masked number only,
    /// which others share.
    pub(crate) logs: Vec<LogEntry>,
}

impl PersonalData {
    /// The subject of each user's tokens.
    pub fn user_ids(&self) -> impl Iterator<Item = &str> {
        self.users.iter().filter_map(|user| user["user_id"].as_str())
    }
}

/// A session at the tenant.
#[derive(Debug, Serialize)]
pub(crate) struct SessionData {
    /// The `sid` in tokens.
    pub(crate) sid: String,
    /// When the code was entered.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// The last use.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) last_seen_at: OffsetDateTime,
}

/// A token, or several of one sign-in.
#[derive(Debug, Serialize)]
pub(crate) struct TokenData {
    /// The client that has it.
    pub(crate) client_id: String,
    /// Of refresh tokens the time of the sign-in.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<OffsetDateTime>,
    /// Of refresh tokens the last use.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub(crate) used_at: Option<OffsetDateTime>,
    /// Of an access token.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<OffsetDateTime>,
}

/// A code that was sent.
#[derive(Debug, Serialize)]
pub(crate) struct CodeData {
    /// The connection.
    pub(crate) connection: String,
    /// The client that asked for it.
    pub(crate) client_id: String,
    /// The end of its life.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
    /// Wrong codes that were entered.
    pub(crate) failures: i64,
}

/// A counter.
#[derive(Debug, Serialize)]
pub(crate) struct LimitData {
    /// What is counted.
    pub(crate) counter: String,
    /// When the limit is whole again, or the last code was sent.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// All that the tenant has stored about the person with this number, in E.164; `None` if `number` is no number.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn personal_data(pool: &Pool, number: &str) -> Result<Option<PersonalData>, StoreError> {
    let Some(number) = PhoneNumber::parse(number).or_else(|| PhoneNumber::stored(number)) else { return Ok(None) };
    let store = Store::new(pool.clone());
    let users = store.find_users(&UserSelector::Number(number.clone())).await?;
    let mut data = PersonalData {
        users: users.iter().map(PortableUser::to_json).collect::<Result<_, _>>()?,
        sessions: Vec::new(),
        refresh_tokens: Vec::new(),
        access_tokens: Vec::new(),
        codes: store.codes_of(&number).await?,
        limits: store.limits_of(&number).await?,
        logs: Vec::new(),
    };
    for user in &users {
        data.sessions.extend(store.sessions_of(&user.id).await?);
        data.refresh_tokens.extend(store.refresh_tokens_of(&user.id).await?);
        data.access_tokens.extend(store.access_tokens_of(&user.id).await?);
        data.logs.extend(store.logs_of(&user.subject()).await?);
    }
    Ok(Some(data))
}
