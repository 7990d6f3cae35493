//! `passwordless logs`: the tenant's audit log.

use super::CommandError;
use crate::{config::Config, database};
use clap::Args;
use passwordless_tenant::{LogEntry, logs};
use std::io::Write;
use time::format_description::well_known::Rfc3339;

/// Options of `passwordless logs`. The log stores phone numbers masked, so they cannot be shown in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Logs {
    /// How many entries
    #[arg(default_value_t = 100)]
    count: u32,
    /// Prints JSON, one line per entry
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(show: Logs, config: &Config, out: &mut impl Write) -> Result<(), CommandError> {
    let pool = database::open(&config.database).await?;
    for entry in logs(&pool, show.count).await? {
        if show.json {
            writeln!(out, "{}", serde_json::to_string(&entry)?)?;
        } else {
            writeln!(out, "{}", line(entry))?;
        }
    }
    Ok(())
}

/// An entry as one line; fields it lacks are left out.
fn line(entry: LogEntry) -> String {
    let at = entry.at.format(&Rfc3339).unwrap_or_default();
    let description = entry.description.map(|text| format!("({text})"));
    let known = [entry.phone_number, entry.connection, entry.client_id, entry.user_id, entry.ip, description];
    let event = if entry.count > 1 { format!("{} ×{}", entry.event, entry.count) } else { entry.event };
    let words: Vec<String> = [at, event].into_iter().chain(known.into_iter().flatten()).collect();
    words.join("  ")
}
