//! The log.

use crate::config::check_variable;
use std::{env, error::Error};
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "RUST_LOG";
const DEFAULT: &str = "info";

/// Logs to standard error; `RUST_LOG` chooses what. Empty it is unset, and what cannot be read is said in the log.
pub fn init() {
    let asked = env::var_os(VARIABLE).map(|value| value.to_string_lossy().into_owned());
    let (filter, fault) = match filter(asked.as_deref().unwrap_or_default()) {
        Ok(filter) => (filter, None),
        Err(fault) => (EnvFilter::new(DEFAULT), Some(fault)),
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(std::io::stderr).init();
    if let Some(fault) = fault {
        tracing::warn!("{VARIABLE} cannot be read, so {DEFAULT} is logged: {}", chain(&*fault));
    }
}

fn filter(asked: &str) -> Result<EnvFilter, Box<dyn Error>> {
    if asked.trim().is_empty() {
        return Ok(EnvFilter::new(DEFAULT));
    }
    check_variable(VARIABLE, asked)?;
    Ok(EnvFilter::try_new(asked)?)
}

/// An error and what caused it, in one line.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
