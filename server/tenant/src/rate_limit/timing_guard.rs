//! Against a timing side channel: a request for a blocked user's number takes as long as one that sends a message.
//!
//! The provider's errors are part of the response, so that responses wait for the provider. Where it is not called, the
//! response is delayed by the duration of one of the connection's last messages, drawn at random. What remains visible is a
//! number that the provider would refuse: of a blocked user, it is answered like a good one.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::entropy::{self, Entropy};

/// How many durations are kept for each connection.
const KEPT: usize = 64;

/// A typical provider's duration, before the first message.
const DEFAULT: Duration = Duration::from_millis(300);

/// The durations of each connection's last messages.
#[derive(Debug, Default)]
pub(crate) struct TimingGuard(Mutex<HashMap<String, VecDeque<Duration>>>);

impl TimingGuard {
    /// Records how long sending a message took; of one that the provider did not accept, where its caller is not told.
    pub(crate) fn record(&self, connection: &str, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(connection.to_owned()).or_default();
        if times.len() == KEPT {
            times.pop_front();
        }
        times.push_back(took);
    }

    /// One of the durations, each equally likely.
    pub(crate) fn draw(&self, connection: &str, entropy: &dyn Entropy) -> Duration {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = all.get(connection) else { return DEFAULT };
        let drawn = usize::from(u16::from_be_bytes(entropy::bytes(entropy)));
        drawn.checked_rem(times.len()).and_then(|index| times.get(index)).copied().unwrap_or(DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn only_the_last_durations_are_drawn() {
        let times = TimingGuard::default();
        assert_eq!(times.draw("sms", &SystemEntropy), DEFAULT);
        times.record("sms", Duration::from_secs(9));
        for _ in 0..KEPT {
            times.record("sms", Duration::from_millis(7));
        }
        for _ in 0..100 {
            assert_eq!(times.draw("sms", &SystemEntropy), Duration::from_millis(7));
        }
        assert_eq!(times.draw("other", &SystemEntropy), DEFAULT);
    }
}
