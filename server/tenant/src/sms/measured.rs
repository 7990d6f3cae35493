//! A sender whose messages are counted.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use tracing::Instrument;

use super::{Accepted, SendError, SmsMessage, SmsSender};
use crate::measure;

pub(crate) struct Measured {
    /// Its kind, as the metrics name it.
    pub(crate) name: &'static str,
    pub(crate) sender: Arc<dyn SmsSender>,
}

#[async_trait]
impl SmsSender for Measured {
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        #[expect(clippy::disallowed_methods, reason = "how long the sender takes in fact")]
        let began = Instant::now();
        let span = tracing::debug_span!("sms", otel.kind = "client", sender = self.name);
        let sent = self.sender.send(message).instrument(span).await;
        let outcome = sent.as_ref().map_or_else(SendError::kind, |_| "accepted");
        measure::sms(self.name, outcome, &message.to, began.elapsed());
        sent
    }
}
