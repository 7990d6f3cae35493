//! The log.

use crate::config::check_variable;
use std::{env, error::Error};
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const VARIABLE: &str = "RUST_LOG";
const DEFAULT: &str = "info";

/// Logs to standard error; `RUST_LOG` chooses what. Empty it is unset; if it cannot be parsed, that is logged.
pub fn init() {
    let asked = env::var_os(VARIABLE).map(|value| value.to_string_lossy().into_owned());
    let (filter, fault) = match filter(asked.as_deref().unwrap_or_default()) {
        Ok(filter) => (filter, None),
        Err(fault) => (EnvFilter::new(DEFAULT), Some(fault)),
    };
    let lines = fmt::layer().with_target(false).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(filter).with(filter_fn(logs_no_number)).init();
    if let Some(fault) = fault {
        tracing::warn!("{VARIABLE} cannot be read, so {DEFAULT} is logged: {}", chain(&*fault));
    }
}

/// At `trace`, libphonenumber logs the numbers that it parses, so no filter enables it.
fn logs_no_number(metadata: &Metadata<'_>) -> bool {
    *metadata.level() != Level::TRACE || !metadata.target().starts_with("rlibphonenumber")
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
