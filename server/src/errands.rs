//! What operators ask of the program beside running: it answers and ends.

pub mod keys;
pub mod logs;
pub mod users;

use crate::{
    config::Config,
    database::{self, DatabaseError},
    tenant_settings::{self, SettingsError},
};
use keys::Keys;
use logs::Logs;
use passwordless_tenant::{BuildError, MessageState, StoreError, messages};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use users::Users;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Say what a `tenant.yaml` means, or what is wrong with it.
    CheckTenant(PathBuf),
    /// List so many messages that the SMS provider took.
    Messages(u32),
    /// See to people.
    Users(Users),
    /// Show the audit log.
    Logs(Logs),
    /// See to the keys.
    Keys(Keys),
}

/// An errand cannot be done.
#[derive(Debug, Error)]
pub enum ErrandError {
    /// The file cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The tenant's tables cannot be used.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// The app's sessions cannot be ended.
    #[error("the sessions of the app cannot be ended")]
    Sessions(#[from] sqlx::Error),
    /// The keys cannot be used.
    #[error("the keys cannot be used")]
    Keys(#[from] BuildError),
    /// The tenant does not keep the key that signs.
    #[error(
        "the signing key comes from TENANT_SIGNING_KEY: put another key there and start again; the one before stays published for a day"
    )]
    OwnKey,
    /// Nobody has this number or identifier.
    #[error("nobody is known as {0}")]
    NobodyFound(String),
    /// The answer is no JSON.
    #[error("the answer cannot be written")]
    Json(#[from] serde_json::Error),
    /// Nobody reads the answer.
    #[error("the answer cannot be written")]
    Write(#[from] io::Error),
}

impl Errand {
    /// Does it, and writes the answer.
    ///
    /// # Errors
    /// [`ErrandError`] if the file or the database cannot be used.
    pub async fn run(&self, config: &Config, out: &mut impl Write) -> Result<(), ErrandError> {
        match self {
            Self::CheckTenant(file) => check_tenant(file, out),
            Self::Messages(count) => list_messages(config, *count, out).await,
            Self::Users(users) => users::run(users, config, out).await,
            Self::Logs(show) => logs::run(*show, config, out).await,
            Self::Keys(keys) => keys::run(*keys, config, out).await,
        }
    }
}

fn check_tenant(file: &Path, out: &mut impl Write) -> Result<(), ErrandError> {
    let (tenant, unknown) = tenant_settings::from_file(file)?;
    write!(out, "{tenant}")?;
    for weakness in tenant.weaknesses() {
        writeln!(out, "warning: {weakness}")?;
    }
    for key in unknown {
        writeln!(out, "{key} is not known here and has no effect")?;
    }
    Ok(())
}

async fn list_messages(config: &Config, count: u32, out: &mut impl Write) -> Result<(), ErrandError> {
    let pool = database::open(&config.database_url).await?;
    for message in messages(&pool, count).await? {
        let MessageState { at, message_id, connection, recipient, status, error_code } = message;
        let at = at.format(&Rfc3339).unwrap_or_default();
        let unknown = || "?".to_owned();
        let (recipient, connection) = (recipient.unwrap_or_else(unknown), connection.unwrap_or_else(unknown));
        let code = error_code.map(|code| format!(" (code {code})")).unwrap_or_default();
        writeln!(out, "{at}  {recipient}  {connection}  {status}{code}  {message_id}")?;
    }
    Ok(())
}
