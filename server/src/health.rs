//! `/healthz`: the process answers. `/readyz`: so does its database.

use axum::{Router, extract::State, routing::get};
use http::StatusCode;
use passwordless_tenant::Pool;

pub(crate) fn routes(pool: Pool) -> Router {
    Router::new().route("/healthz", get(async || "ok")).route("/readyz", get(ready)).with_state(pool)
}

async fn ready(State(pool): State<Pool>) -> Result<&'static str, StatusCode> {
    sqlx::query("SELECT 1").execute(&pool).await.map(|_| "ok").map_err(|error| {
        tracing::error!(%error, "the database does not answer");
        StatusCode::SERVICE_UNAVAILABLE
    })
}
