//! The log, and traces.

#[cfg(feature = "otel")]
pub(crate) mod traces;

use crate::config::check_variable;
use std::{env, error::Error};
use thiserror::Error;
use tracing::{Level, Metadata, Subscriber};
#[cfg(feature = "otel")]
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const VARIABLE: &str = "RUST_LOG";
const DEFAULT: &str = "info";
const FORMAT: &str = "LOG_FORMAT";
/// Of OpenTelemetry: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>.
const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What is logged and traced. To be [ended](Self::end) before the program is.
#[must_use]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    exporter: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// Logs to standard error; `RUST_LOG` chooses what, `LOG_FORMAT` how. With feature `otel` traces go to
/// `OTEL_EXPORTER_OTLP_ENDPOINT`. Empty they are unset; if one of them cannot be read, that is logged.
pub fn init() -> Telemetry {
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
    let registry = tracing_subscriber::registry().with(filter_fn(logs_no_number)).with(lines.with_filter(filter));
    let (telemetry, collector_fault) = Telemetry::start(registry, &variable(COLLECTOR));
    if let Some(fault) = fault {
        tracing::warn!("{VARIABLE} cannot be read, so {DEFAULT} is logged: {}", chain(&*fault));
    }
    if let Some(fault) = format_fault {
        tracing::warn!("{FORMAT} cannot be read, so the log is text: {}", chain(&*fault));
    }
    if let Some(fault) = collector_fault {
        tracing::warn!("{COLLECTOR} has no effect, no trace is exported: {}", chain(&*fault));
    }
    telemetry
}

impl Telemetry {
    #[cfg(feature = "otel")]
    fn start<S>(subscriber: S, collector: &str) -> (Self, Option<Box<dyn Error>>)
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let exporter = (!collector.trim().is_empty()).then(|| traces::exporter(collector)).transpose();
        let (exporter, fault) = exporter.map_or_else(|fault| (None, Some(fault)), |exporter| (exporter, None));
        subscriber.with(exporter.as_ref().map(traces::layer)).init();
        (Self { exporter }, fault)
    }

    #[cfg(not(feature = "otel"))]
    fn start(subscriber: impl Subscriber + Send + Sync, collector: &str) -> (Self, Option<Box<dyn Error>>) {
        subscriber.init();
        (Self {}, (!collector.trim().is_empty()).then(|| WithoutTraces.into()))
    }

    /// Exports what has not been exported yet, within five seconds.
    pub fn end(self) {
        #[cfg(feature = "otel")]
        if let Some(Err(error)) = self.exporter.map(|exporter| exporter.shutdown()) {
            tracing::warn!(%error, "the last traces may not have been exported");
        }
    }
}

/// The feature is off.
#[cfg(not(feature = "otel"))]
#[derive(Debug, Error)]
#[error("this program was built without the feature otel")]
struct WithoutTraces;

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
