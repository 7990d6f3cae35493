use server::startup::Clocks;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicI64, Ordering},
};
use time::{Duration, OffsetDateTime};

/// The system's clock, set forward and stopped by hand.
#[derive(Clone, Default)]
pub struct TestClock {
    ahead_seconds: Arc<AtomicI64>,
    stopped_at: Arc<OnceLock<OffsetDateTime>>,
}

impl TestClock {
    pub fn advance(&self, by: Duration) {
        self.ahead_seconds.fetch_add(by.whole_seconds(), Ordering::SeqCst);
    }

    /// From now on all requests come at one moment. Of parallel ones, the clock is read in another order than they are counted.
    pub fn stop(&self) {
        self.stopped_at.get_or_init(system_time);
    }

    pub fn now(&self) -> OffsetDateTime {
        let time = self.stopped_at.get().copied().unwrap_or_else(system_time);
        time + Duration::seconds(self.ahead_seconds.load(Ordering::SeqCst))
    }

    pub fn for_both(&self) -> Clocks {
        Clocks { app: Arc::new(self.clone()), tenant: Arc::new(self.clone()) }
    }
}

impl leptos_passwordless::server::Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        self.now()
    }
}

impl passwordless_tenant::Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        self.now()
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock that is injected")]
fn system_time() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
