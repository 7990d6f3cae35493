//! `passwordless keys`: the keys that sign tokens, and those that codes are hashed with.

use super::CommandError;
use crate::{config::Config, database, tenant_settings::operator_keys};
use clap::Subcommand;
use passwordless_tenant::{
    KeyState, SystemClock, SystemEntropy, otp_keys, rotate_otp_key, rotate_signing_keys, signing_keys,
};
use std::io::Write;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Commands for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Keys {
    /// Lists the keys: those that sign tokens, which are published, then those that codes are hashed under
    List,
    /// Renews both: the next signing key becomes the current one, in running instances within a minute, and codes are
    /// hashed under a new key at once; tokens and codes under way stay good
    Rotate,
}

pub(super) async fn run(keys: Keys, config: &Config, out: &mut impl Write) -> Result<(), CommandError> {
    let pool = database::open(&config.database).await?;
    let own = operator_keys(config)?;
    if keys == Keys::Rotate && own.has_signing_key() {
        return Err(CommandError::OwnKey);
    }
    let (signing, codes) = match keys {
        Keys::List => (signing_keys(&pool, &own, &SystemClock).await?, otp_keys(&pool).await?),
        Keys::Rotate => (
            rotate_signing_keys(&pool, &SystemClock).await?,
            rotate_otp_key(&pool, &SystemClock, &SystemEntropy).await?,
        ),
    };
    let since = |since: OffsetDateTime| since.format(&Rfc3339).unwrap_or_default();
    for key in signing {
        writeln!(out, "{}  {}  since {}  {}", key.kid, name(key.state), since(key.since), key.algorithm.name())?;
    }
    for key in codes {
        writeln!(out, "(codes)  {}  since {}", name(key.state), since(key.since))?;
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
