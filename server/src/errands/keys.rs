//! `passwordless keys`: what the tenant signs its tokens with.

use super::ErrandError;
use crate::{config::Config, database};
use clap::Subcommand;
use passwordless_tenant::{KeyState, SystemClock, rotate_signing_keys, signing_keys};
use std::io::Write;
use time::format_description::well_known::Rfc3339;

/// What to do about the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Keys {
    /// Lists the keys that are published
    List,
    /// Makes the next key the current one; running instances follow within a minute
    Rotate,
}

pub(super) async fn run(keys: Keys, config: &Config, out: &mut impl Write) -> Result<(), ErrandError> {
    let pool = database::open(&config.database_url).await?;
    let published = match keys {
        Keys::List => signing_keys(&pool, &SystemClock).await?,
        Keys::Rotate => rotate_signing_keys(&pool, &SystemClock).await?,
    };
    for key in published {
        let since = key.since.format(&Rfc3339).unwrap_or_default();
        writeln!(out, "{}  {}  since {since}", key.kid, name(key.state))?;
    }
    Ok(())
}

const fn name(state: KeyState) -> &'static str {
    match state {
        KeyState::Current => "current",
        KeyState::Next => "next",
        KeyState::Retired => "retired",
    }
}
