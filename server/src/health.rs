//! `/healthz`: the process answers, whatever else does not. `/readyz`: it can serve logins, and is not about to stop.

use crate::phase::{Phase, Phases};
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use passwordless_tenant::Pool;
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;

/// Shorter than what load balancers wait for.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// What `/readyz` asks.
#[derive(Clone, Debug)]
pub(crate) struct Readiness {
    pub(crate) pool: Pool,
    pub(crate) phases: Phases,
}

/// Why the program is not ready, by name.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Missing {
    /// The database does not answer.
    Database,
    /// The program is about to stop.
    Stopping,
}

#[derive(Serialize)]
struct Report {
    ready: bool,
    missing: Vec<Missing>,
}

pub(crate) fn routes(readiness: Readiness) -> Router {
    Router::new().route("/healthz", get(async || "ok")).merge(ready_route(readiness))
}

/// For the tenant, which has the other itself.
pub(crate) fn ready_route(readiness: Readiness) -> Router {
    Router::new().route("/readyz", get(ready)).with_state(readiness)
}

async fn ready(State(Readiness { pool, phases }): State<Readiness>) -> Response {
    let stopping = (phases.now() != Phase::Serving).then_some(Missing::Stopping);
    let database = (!answers(&pool).await).then_some(Missing::Database);
    let missing: Vec<_> = [database, stopping].into_iter().flatten().collect();
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Report { ready: missing.is_empty(), missing })).into_response()
}

async fn answers(pool: &Pool) -> bool {
    // SQLite would answer what needs no table without its file.
    match timeout(MAX_WAIT, sqlx::query("SELECT COUNT(*) FROM app_migrations").execute(pool)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            false
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            false
        }
    }
}
