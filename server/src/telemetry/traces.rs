//! Traces, exported by OTLP to the collector that the environment names.

use crate::config::check_variable;
use http::HeaderMap;
use opentelemetry::{propagation::TextMapPropagator, trace::TracerProvider};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use std::{env, error::Error};
use tracing::{Level, Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// The crates whose spans are exported. Those of the exporter's own requests would cause further ones.
const CRATES: [&str; 3] = ["leptos_passwordless", "passwordless_tenant", "server"];

const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
const DEFAULT_NAME: &str = "passwordless";

/// Exports traces to the collector at `endpoint`, the value of [`super::COLLECTOR`], which the exporter reads by itself like
/// the other variables of OpenTelemetry.
///
/// # Errors
///
/// If one of these variables cannot be read.
pub(super) fn exporter(endpoint: &str) -> Result<SdkTracerProvider, Box<dyn Error>> {
    check_variable(super::COLLECTOR, endpoint)?;
    // The transport: HTTP with protocol buffers. Queue, batches and time-outs have OpenTelemetry's bounds.
    let exporter = SpanExporter::builder().with_http().build()?;
    let resource = Resource::builder();
    let is_named = env::var_os(SERVICE_NAME).is_some_and(|name| !name.is_empty());
    let resource = if is_named { resource } else { resource.with_service_name(DEFAULT_NAME) };
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build())
}

/// Gives the exporter the spans, and what is logged in them.
pub(super) fn layer<S>(exporter: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let tracer = exporter.tracer(DEFAULT_NAME);
    // Where in the source and on which thread is of use to nobody who reads a trace.
    let layer = tracing_opentelemetry::layer().with_location(false).with_threads(false).with_tracer(tracer);
    layer.with_filter(filter_fn(is_exported))
}

fn is_exported(metadata: &Metadata<'_>) -> bool {
    let is_ours = CRATES.iter().any(|name| metadata.target().split("::").next() == Some(name));
    is_ours && (metadata.is_span() || *metadata.level() <= Level::INFO)
}

/// Makes the span of a request part of the trace that its headers name, if any, and names it there for the requests that it
/// causes.
pub(crate) fn join(span: &Span, headers: &mut HeaderMap) {
    let context = TraceContextPropagator::new();
    // Without an exporter no span is part of a trace.
    let _ = span.set_parent(context.extract(&HeaderExtractor(headers)));
    context.inject_context(&span.context(), &mut HeaderInjector(headers));
}
