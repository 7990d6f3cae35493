//! `passwordless users`: lists, blocks, unblocks, deletes, imports and exports users.

mod transfer;

use super::CommandError;
use crate::{config::Config, database, session_store::DatabaseSessions};
use clap::{Args, Subcommand};
use leptos_passwordless::server::EndSessions;
use passwordless_tenant::{UserRecord, block_users, delete_users, find_users, list_users, unblock_users};
use std::{io::Write, path::PathBuf};
use time::format_description::well_known::Rfc3339;

/// Commands for users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Users {
    /// Lists all users, newest first
    List {
        /// How to show them.
        #[command(flatten)]
        show: Show,
    },
    /// Shows one user
    Show(One),
    /// Blocks a user: no messages, no tokens; ends their sessions of the app, and tells other applications
    Block(One),
    /// Unblocks a user, and resets the failed attempts of their number
    Unblock(One),
    /// Deletes a user; ends their sessions at the tenant and of the app, and tells other applications
    Delete(One),
    /// Imports users of Auth0's export, one JSON object a line; each keeps its user id
    Import {
        /// The file, or - for standard input
        file: PathBuf,
    },
    /// Writes all users in the form of Auth0's export, numbers in clear
    Export {
        /// Instead all that is stored about the person with this number, as one JSON document
        #[arg(long, value_name = "NUMBER")]
        phone: Option<String>,
    },
}

/// One user, and the output format.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct One {
    /// A user id (sms|…) or a phone number (+14155552671)
    user: String,
    /// How to show them.
    #[command(flatten)]
    show: Show,
}

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Show {
    /// Shows phone numbers in clear
    #[arg(long)]
    unmasked: bool,
    /// Prints JSON, one line per user
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(users: &Users, config: &Config, out: &mut impl Write) -> Result<(), CommandError> {
    let pool = database::open(&config.database).await?;
    let (found, show, user) = match users {
        Users::Import { file } => return transfer::import(&pool, file, out).await,
        Users::Export { phone: None } => return transfer::export(&pool, out).await,
        Users::Export { phone: Some(number) } => return transfer::export_person(&pool, number, out).await,
        Users::List { show } => (list_users(&pool).await?, show, None),
        Users::Show(One { user, show }) => (find_users(&pool, user).await?, show, Some(user)),
        Users::Block(One { user, show }) => (block_users(&pool, user).await?, show, Some(user)),
        Users::Unblock(One { user, show }) => (unblock_users(&pool, user).await?, show, Some(user)),
        Users::Delete(One { user, show }) => (delete_users(&pool, user).await?, show, Some(user)),
    };
    if let (true, Some(user)) = (found.is_empty(), user) {
        return Err(CommandError::NobodyFound(user.clone()));
    }
    if matches!(users, Users::Block(_) | Users::Delete(_)) {
        let sessions = DatabaseSessions::new(pool);
        for user in &found {
            sessions.end_all_of_user(&user.user_id).await?;
        }
    }
    for user in found {
        print(if show.unmasked { user.unmasked() } else { user }, show.json, out)?;
    }
    Ok(())
}

fn print(user: UserRecord, json: bool, out: &mut impl Write) -> Result<(), CommandError> {
    if json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&user)?)?);
    }
    let UserRecord { user_id, connection, phone_number, blocked, last_signed_in_at, .. } = user;
    let at = last_signed_in_at.format(&Rfc3339).unwrap_or_default();
    let blocked = if blocked { "  blocked" } else { "" };
    Ok(writeln!(out, "{user_id}  {phone_number}  {connection}  {at}{blocked}")?)
}
