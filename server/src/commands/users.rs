//! `passwordless users`: lists, blocks, unblocks and deletes users.

use super::CommandError;
use crate::{config::Config, database, session_store::DatabaseSessions};
use clap::{Args, Subcommand};
use passwordless_tenant::{Person, block_people, delete_people, find_people, people, unblock_people};
use std::io::Write;
use time::format_description::well_known::Rfc3339;

/// Commands for users.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Users {
    /// Lists everyone, newest first
    List {
        /// How to show them.
        #[command(flatten)]
        show: Show,
    },
    /// Shows one person
    Show(One),
    /// Keeps someone out: no messages, no tokens; ends the sessions that the app keeps in this database
    Block(One),
    /// Lets someone in again, and forgets the failing tries for their number
    Unblock(One),
    /// Removes someone; ends their sessions at the tenant and those that the app keeps in this database
    Delete(One),
}

/// One user, and the output format.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct One {
    /// A user id (sms|…) or a phone number (+14155552671)
    whom: String,
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
    /// Prints JSON, one line a person
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(users: &Users, config: &Config, out: &mut impl Write) -> Result<(), CommandError> {
    let pool = database::open(&config.database_url).await?;
    let (found, show, whom) = match users {
        Users::List { show } => (people(&pool).await?, show, None),
        Users::Show(One { whom, show }) => (find_people(&pool, whom).await?, show, Some(whom)),
        Users::Block(One { whom, show }) => (block_people(&pool, whom).await?, show, Some(whom)),
        Users::Unblock(One { whom, show }) => (unblock_people(&pool, whom).await?, show, Some(whom)),
        Users::Delete(One { whom, show }) => (delete_people(&pool, whom).await?, show, Some(whom)),
    };
    if let (true, Some(whom)) = (found.is_empty(), whom) {
        return Err(CommandError::NobodyFound(whom.clone()));
    }
    if matches!(users, Users::Block(_) | Users::Delete(_)) {
        let sessions = DatabaseSessions::open(pool).await?;
        for person in &found {
            sessions.end_all_of(&person.user_id).await?;
        }
    }
    for person in found {
        print(if show.unmasked { person.unmasked() } else { person }, show.json, out)?;
    }
    Ok(())
}

fn print(person: Person, json: bool, out: &mut impl Write) -> Result<(), CommandError> {
    if json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&person)?)?);
    }
    let Person { user_id, connection, phone_number, blocked, last_signed_in_at, .. } = person;
    let at = last_signed_in_at.format(&Rfc3339).unwrap_or_default();
    let blocked = if blocked { "  blocked" } else { "" };
    Ok(writeln!(out, "{user_id}  {phone_number}  {connection}  {at}{blocked}")?)
}
