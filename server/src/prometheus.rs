//! `/metrics` in Prometheus' text format, on a listener of its own.

use crate::observed;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header::CONTENT_TYPE;
use metrics::SetRecorderError;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::time::Duration;
use thiserror::Error;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Seconds, of requests and calls.
const DURATIONS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Seconds until a message is delivered.
const DELIVERIES: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0];
/// Durations are collected this often where nobody asks for them, so that they take no memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// There can be no metrics.
#[derive(Debug, Error)]
pub enum MetricsError {
    /// The buckets of a histogram cannot be used.
    #[error("the metrics cannot be set up")]
    Build(#[from] BuildError),
    /// There is a recorder in this process already.
    #[error("there are metrics in this process already")]
    Twice(#[from] SetRecorderError<PrometheusRecorder>),
}

/// What the process has counted.
#[derive(Clone)]
pub(crate) struct Prometheus(PrometheusHandle);

impl Prometheus {
    /// Makes it the recorder of this process.
    pub(crate) fn install() -> Result<Self, MetricsError> {
        let builder = PrometheusBuilder::new()
            .set_buckets(&DURATIONS)?
            .set_buckets_for_metric(Matcher::Suffix("_delivery_seconds".to_owned()), &DELIVERIES)?;
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder)?;
        leptos_passwordless::server::describe_metrics();
        passwordless_tenant::describe_metrics();
        observed::describe();
        Ok(Self(handle))
    }

    pub(crate) fn routes(&self) -> Router {
        Router::new().route("/metrics", get(render)).with_state(self.clone())
    }

    /// Keeps what was measured small, for as long as the program runs.
    pub(crate) async fn upkeep(self) {
        let mut interval = tokio::time::interval(UPKEEP);
        loop {
            interval.tick().await;
            self.0.run_upkeep();
        }
    }
}

async fn render(State(Prometheus(handle)): State<Prometheus>) -> Response {
    ([(CONTENT_TYPE, FORMAT)], handle.render()).into_response()
}
