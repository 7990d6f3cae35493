//! A provider of SMS with Twilio's API: it sends nothing, and notes everything.

use crate::{clock::AttackClock, ledger::Ledger};
use axum::{Form, Json, Router, extract::State, routing::post};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    to: String,
    body: String,
}

/// Takes messages until it is dropped.
pub(crate) async fn serve(listener: TcpListener, ledger: Ledger, clock: AttackClock) {
    let router = Router::new().route("/2010-04-01/Accounts/{account}/Messages.json", post(take));
    // If it breaks off, messages are not sent, which the report shows.
    let _ = axum::serve(listener, router.with_state((ledger, clock))).await;
}

async fn take(
    State((ledger, clock)): State<(Ledger, AttackClock)>,
    Form(message): Form<Message>,
) -> (StatusCode, Json<Value>) {
    ledger.note(clock.time(), &message.to, &message.body);
    (StatusCode::CREATED, Json(json!({ "sid": "SM00000000000000000000000000000000", "status": "queued" })))
}
