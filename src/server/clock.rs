//! The clock. The embedded tenant has one of its own, on purpose: library and tenant share no types, only HTTP.

use time::OffsetDateTime;

/// The source of time, injected so that tests need not wait; see [`Auth::with_clock`](super::Auth::with_clock).
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> OffsetDateTime;
}

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock that is injected")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
