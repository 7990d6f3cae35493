//! The log.

use crate::config::check_variable;
use std::{env, error::Error};
use thiserror::Error;
use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const VARIABLE: &str = "RUST_LOG";
const DEFAULT: &str = "info";
const FORMAT: &str = "LOG_FORMAT";

/// Logs to standard error; `RUST_LOG` chooses what, `LOG_FORMAT` how. Empty they are unset; if one of them cannot be read,
/// that is logged.
pub fn init() {
    let (filter, fault) = match filter(&variable(VARIABLE)) {
        Ok(filter) => (filter, None),
        Err(fault) => (EnvFilter::new(DEFAULT), Some(fault)),
    };
    let (format, format_fault) = match format(&variable(FORMAT)) {
        Ok(format) => (format, None),
        Err(fault) => (Format::Text, Some(fault)),
    };
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        Format::Text => lines.with_target(false).boxed(),
        // Of a line in a request, `span` has its id.
        Format::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(lines).with(filter).with(filter_fn(logs_no_number)).init();
    if let Some(fault) = fault {
        tracing::warn!("{VARIABLE} cannot be read, so {DEFAULT} is logged: {}", chain(&*fault));
    }
    if let Some(fault) = format_fault {
        tracing::warn!("{FORMAT} cannot be read, so the log is text: {}", chain(&*fault));
    }
}

#[derive(Clone, Copy)]
enum Format {
    Text,
    Json,
}

/// A format of that name is not known.
#[derive(Debug, Error)]
#[error("it must be text or json")]
struct UnknownFormat;

fn variable(name: &str) -> String {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}

fn format(asked: &str) -> Result<Format, Box<dyn Error>> {
    check_variable(FORMAT, asked)?;
    match asked.trim() {
        "" | "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err(UnknownFormat.into()),
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
