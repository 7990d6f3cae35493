//! Operator commands: each prints its result and exits.

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
use passwordless_tenant::{BuildError, ExportError, ImportError, MessageState, StoreError, messages};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use users::Users;

/// An operator command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Validate a `tenant.yaml` and print the resulting configuration.
    CheckTenant(PathBuf),
    /// List this many messages that the SMS provider accepted.
    Messages(u32),
    /// Manage users.
    Users(Users),
    /// Show the audit log.
    Logs(Logs),
    /// List or rotate keys.
    Keys(Keys),
}

/// A command failed.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The file cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The tenant's tables cannot be used.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// The app's sessions cannot be read.
    #[error("the sessions of the app cannot be read")]
    Sessions(#[from] sqlx::Error),
    /// The app's sessions cannot be ended.
    #[error("the sessions of the app cannot be ended")]
    EndSessions(#[from] tower_sessions::session_store::Error),
    /// The keys cannot be used.
    #[error("the keys cannot be used")]
    Keys(#[from] BuildError),
    /// The signing key is configured, so the store cannot rotate it.
    #[error(
        "the signing key comes from TENANT_SIGNING_KEY: put another key there and start again; the one before stays published for a day"
    )]
    OwnKey,
    /// No user has this number or identifier.
    #[error("nobody is known as {0}")]
    NobodyFound(String),
    /// The file of users cannot be opened.
    #[error("{path} cannot be read")]
    Open {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An import stopped.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Lines were reported and skipped; the others are imported.
    #[error("skipped lines: {0}")]
    LinesSkipped(u64),
    /// An export stopped.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The output cannot be serialized.
    #[error("the answer cannot be written")]
    Json(#[from] serde_json::Error),
    /// The output cannot be written.
    #[error("the answer cannot be written")]
    Write(#[from] io::Error),
}

impl CommandError {
    /// 3 where all was done that could be, and 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::LinesSkipped(_) => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }
}

impl Command {
    /// Runs the command and writes its output.
    ///
    /// # Errors
    /// [`CommandError`] if the file or the database cannot be used.
    pub async fn run(&self, config: &Config, out: &mut impl Write) -> Result<(), CommandError> {
        match self {
            Self::CheckTenant(file) => check_tenant(file, out),
            Self::Messages(count) => list_messages(config, *count, out).await,
            Self::Users(users) => users::run(users, config, out).await,
            Self::Logs(show) => logs::run(*show, config, out).await,
            Self::Keys(keys) => keys::run(*keys, config, out).await,
        }
    }
}

fn check_tenant(file: &Path, out: &mut impl Write) -> Result<(), CommandError> {
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

async fn list_messages(config: &Config, count: u32, out: &mut impl Write) -> Result<(), CommandError> {
    let pool = database::open(&config.database).await?;
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
