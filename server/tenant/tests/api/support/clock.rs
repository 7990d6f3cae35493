//! A clock that a test advances.

use std::{sync::Mutex, time::Duration};

use passwordless_tenant::Clock;
use time::OffsetDateTime;

/// It stands still until a test advances it.
pub(crate) struct TestClock(Mutex<OffsetDateTime>);

impl TestClock {
    pub(crate) fn at(now: OffsetDateTime) -> Self {
        Self(Mutex::new(now))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}
