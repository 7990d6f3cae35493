//! Several senders as one.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Accepted, SendError, SmsMessage, SmsSender};

/// Tries the senders in order. The next one gets the message only if it is certain that the one before sent nothing, so that
/// it arrives once.
pub(crate) struct Failover {
    pub(crate) first: Arc<dyn SmsSender>,
    pub(crate) then: Vec<Arc<dyn SmsSender>>,
}

#[async_trait]
impl SmsSender for Failover {
    async fn send(&self, message: &SmsMessage) -> Result<Accepted, SendError> {
        let mut result = self.first.send(message).await;
        for next in &self.then {
            match result {
                Err(error) if error.leaves_it_to_others() => {
                    let (reason, code) = (error.kind(), error.code());
                    tracing::warn!(reason, code, "a sender did not take a message; the next one is tried");
                    result = next.send(message).await;
                }
                settled => return settled,
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        time::Duration,
    };

    use super::*;
    use crate::sms::RequestedBy;

    /// Gives one answer, and counts how often.
    struct Scripted(Answer, AtomicU32);

    type Answer = fn() -> Option<SendError>;

    #[async_trait]
    impl SmsSender for Scripted {
        async fn send(&self, _: &SmsMessage) -> Result<Accepted, SendError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            (self.0)().map_or_else(|| Ok(Accepted::default()), Err)
        }
    }

    fn refused(code: i64) -> SendError {
        SendError::Refused { message: String::new(), code }
    }

    #[tokio::test]
    async fn the_next_sender_gets_what_the_first_surely_did_not_send() {
        let cases: [(Answer, bool); 12] = [
            (|| Some(SendError::Unreachable), true),
            (|| Some(refused(20003)), true),
            (|| Some(SendError::Busy { message: String::new(), code: 20429 }), true),
            (|| Some(SendError::GatewayAuthentication), true),
            (|| Some(SendError::GatewayStatus(404)), true),
            (|| Some(SendError::GatewayStatus(503)), false),
            (|| Some(SendError::Failed { message: String::new(), code: 20500 }), false),
            (|| Some(SendError::Timeout), false),
            (|| Some(SendError::BrokenOff), false),
            (|| Some(SendError::InvalidRecipient { message: String::new(), code: 21211 }), false),
            (|| Some(refused(21610)), false),
            (|| None, false),
        ];
        for (answer, goes_on) in cases {
            let first = Arc::new(Scripted(answer, AtomicU32::new(0)));
            let second = Arc::new(Scripted(|| None, AtomicU32::new(0)));
            let failover = Failover { first: first.clone(), then: vec![second.clone()] };
            let message = SmsMessage {
                to: "+14155552671".to_owned(),
                body: "Hello".into(),
                validity: Duration::from_mins(3),
                requested_by: RequestedBy::default(),
            };
            let is_sent = failover.send(&message).await.is_ok();
            let calls = (first.1.load(Ordering::SeqCst), second.1.load(Ordering::SeqCst));
            assert_eq!(calls, (1, u32::from(goes_on)), "{:?}", answer());
            assert_eq!(is_sent, goes_on || answer().is_none());
        }
    }
}
