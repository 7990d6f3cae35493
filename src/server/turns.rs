//! Steps that use something up, such as a code or a refresh token: one at a time, and run to completion.

use super::request_id;
use crate::outcome::ApiError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::Instrument;

/// Queues, one per login, form or session: a step waits for the one before it.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// The right to take a step.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    name: String,
    _guard: tokio::sync::OwnedMutexGuard<()>,
}

impl Turns {
    pub(super) async fn take(&self, name: &str) -> Turn<'_> {
        let queue = Arc::clone(self.queues().entry(name.to_owned()).or_default());
        Turn { turns: self, name: name.to_owned(), _guard: queue.lock_owned().await }
    }

    fn queues(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    /// Removes the queue if no one else is waiting: the two handles left are the map's and this turn's own.
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if queues.get(&self.name).is_some_and(|queue| Arc::strong_count(queue) <= 2) {
            queues.remove(&self.name);
        }
    }
}

/// Runs a step to completion even if the browser cancels the request: the code it consumed would be lost.
pub(super) async fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(request_id::in_current(step).in_current_span()).await.map_err(|error| {
        tracing::error!(%error, "a step broke off");
        ApiError::ServerError
    })
}
