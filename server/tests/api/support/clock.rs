use server::startup::Clocks;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use time::{Duration, OffsetDateTime};

/// The system's clock, set forward by hand.
#[derive(Clone, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.whole_seconds(), Ordering::SeqCst);
    }

    #[expect(clippy::disallowed_methods, reason = "the clock that is injected")]
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + Duration::seconds(self.0.load(Ordering::SeqCst))
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
