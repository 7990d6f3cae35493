//! Recently sent messages: a form that is submitted twice sends one.

use super::tenant_client::StartResponse;
use crate::PhoneNumber;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// Long enough for a double click, and for a browser that reloads the response.
const REPEATABLE: Duration = Duration::seconds(10);

/// Sent messages by the name of their form.
#[derive(Default)]
pub(super) struct Sends(Mutex<HashMap<String, Send>>);

struct Send {
    number: PhoneNumber,
    started: StartResponse,
    at: OffsetDateTime,
}

impl Sends {
    /// The message that a form of this name has sent to a number.
    pub(super) fn recall(&self, form: &str, number: &PhoneNumber, now: OffsetDateTime) -> Option<StartResponse> {
        let sends = self.sends();
        let send = sends.get(form).filter(|send| send.number == *number && now - send.at < REPEATABLE)?;
        Some(send.started)
    }

    pub(super) fn note(&self, form: String, number: &PhoneNumber, started: StartResponse, now: OffsetDateTime) {
        let mut sends = self.sends();
        sends.retain(|_, send| now - send.at < REPEATABLE);
        sends.insert(form, Send { number: number.clone(), started, at: now });
    }

    fn sends(&self) -> MutexGuard<'_, HashMap<String, Send>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
