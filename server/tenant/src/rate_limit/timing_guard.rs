//! How long it takes to hand a message over: what a number that is not texted has to wait.
//!
//! A blocked person gets no message, and nobody may see that in the answer. The provider's refusals are part of the
//! contract, so an answer cannot go out before the provider's; where the provider is not called, the answer waits as long as
//! one of the last messages of the connection took, drawn at random. What stays visible is a number that the provider
//! would refuse: blocked, it is answered as if it were a good one.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::entropy::{self, Entropy};

/// How many of the last messages are remembered.
const REMEMBERED: usize = 64;

/// What providers on the internet take, until it is known.
const AT_FIRST: Duration = Duration::from_millis(300);

/// The times of the last messages of each connection.
#[derive(Debug, Default)]
pub(crate) struct SendTimes(Mutex<HashMap<String, VecDeque<Duration>>>);

impl SendTimes {
    /// Remembers how long a message took that the provider accepted.
    pub(crate) fn remember(&self, connection: &str, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(connection.to_owned()).or_default();
        if times.len() == REMEMBERED {
            times.pop_front();
        }
        times.push_back(took);
    }

    /// One of the times, each equally likely.
    pub(crate) fn draw(&self, connection: &str, entropy: &dyn Entropy) -> Duration {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = all.get(connection) else { return AT_FIRST };
        let drawn = usize::from(u16::from_be_bytes(entropy::bytes(entropy)));
        drawn.checked_rem(times.len()).and_then(|index| times.get(index)).copied().unwrap_or(AT_FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn only_the_last_times_are_drawn() {
        let times = SendTimes::default();
        assert_eq!(times.draw("sms", &SystemEntropy), AT_FIRST);
        times.remember("sms", Duration::from_secs(9));
        for _ in 0..REMEMBERED {
            times.remember("sms", Duration::from_millis(7));
        }
        for _ in 0..100 {
            assert_eq!(times.draw("sms", &SystemEntropy), Duration::from_millis(7));
        }
        assert_eq!(times.draw("other", &SystemEntropy), AT_FIRST);
    }
}
