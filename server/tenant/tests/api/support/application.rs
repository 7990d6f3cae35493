//! An application that is told of logouts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{Form, Router, http::StatusCode, routing::post};
use serde::Deserialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Longer than any test that succeeds waits.
const LIMIT: Duration = Duration::from_secs(20);

/// The application; it answers with the status that it is given.
pub(crate) struct Application {
    pub(crate) url: String,
    status: Arc<AtomicU16>,
    received: UnboundedReceiver<String>,
}

#[derive(Deserialize)]
struct Told {
    logout_token: String,
}

impl Application {
    pub(crate) async fn start() -> Self {
        let (sender, received) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(200));
        let answer = Arc::clone(&status);
        let told = async move |Form(told): Form<Told>| {
            let status = answer.load(Ordering::SeqCst);
            sender.send(told.logout_token).unwrap();
            StatusCode::from_u16(status).unwrap()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/logout", listener.local_addr().unwrap());
        let router = Router::new().route("/logout", post(told));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, status, received }
    }

    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The next logout token.
    pub(crate) async fn told(&mut self) -> String {
        tokio::time::timeout(LIMIT, self.received.recv()).await.unwrap().unwrap()
    }

    /// Whether nothing has come that no test has asked for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.received.is_empty()
    }
}
