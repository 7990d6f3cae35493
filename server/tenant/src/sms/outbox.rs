//! The sender for development: shows messages to a developer, and sends none.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use secrecy::ExposeSecret;
use time::OffsetDateTime;
use tokio::sync::broadcast;

use super::{Accepted, SendError, SmsMessage, SmsSender};
use crate::clock::Clock;

/// How many messages are kept.
const CAPACITY: usize = 100;

/// A message as the outbox shows it.
#[derive(Clone, serde::Serialize)]
pub(crate) struct OutboxMessage {
    /// Counts from 1, so that a live page can request the messages that it has not shown.
    #[serde(skip)]
    pub(crate) number: u64,
    pub(crate) to: String,
    pub(crate) body: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// Keeps the newest 100 messages in memory; nothing of them goes to a log or to disk.
pub(crate) struct Outbox {
    clock: Arc<dyn Clock>,
    messages: Mutex<VecDeque<OutboxMessage>>,
    arrivals: broadcast::Sender<OutboxMessage>,
}

impl Outbox {
    /// An empty outbox.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, messages: Mutex::default(), arrivals: broadcast::Sender::new(CAPACITY) }
    }

    /// All kept messages, newest first.
    pub(crate) fn newest_first(&self) -> Vec<OutboxMessage> {
        self.lock().iter().rev().cloned().collect()
    }

    /// The kept messages after `number`, oldest first, and those that arrive later, without a gap.
    pub(crate) fn since(&self, number: u64) -> (Vec<OutboxMessage>, broadcast::Receiver<OutboxMessage>) {
        let messages = self.lock();
        let missed = messages.iter().filter(|message| message.number > number).cloned().collect();
        (missed, self.arrivals.subscribe())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<OutboxMessage>> {
        // Nothing panics while holding the lock; if something ever did, the list is still whole.
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SmsSender for Outbox {
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        let mut messages = self.lock();
        let kept = OutboxMessage {
            number: messages.back().map_or(1, |last| last.number + 1),
            to: message.to.clone(),
            body: message.body.expose_secret().to_owned(),
            at: self.clock.now(),
        };
        if messages.len() == CAPACITY {
            messages.pop_front();
        }
        messages.push_back(kept.clone());
        // Sent under the lock, so that `since` returns each message once; an error only means that no page is open.
        let _ = self.arrivals.send(kept);
        Ok(Accepted::default())
    }
}
