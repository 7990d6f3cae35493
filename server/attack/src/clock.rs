//! The clock of the program that is attacked: it stands still until the next event.

use server::startup::Clocks;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use time::{Duration, OffsetDateTime};

/// When the attack begins: a Tuesday in 2036 at nine, after the system's date, so that sessions in the store are not over.
const BEGIN: i64 = 2_088_234_000;

/// Shows the time since the attack began, which is negative before.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttackClock(Arc<AtomicI64>);

impl AttackClock {
    pub(crate) fn set(&self, time: Duration) {
        self.0.store(i64::try_from(time.whole_milliseconds()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    pub(crate) fn time(&self) -> Duration {
        Duration::milliseconds(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn for_both(&self) -> Clocks {
        Clocks { app: Arc::new(self.clone()), tenant: Arc::new(self.clone()) }
    }

    fn date(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::seconds(BEGIN) + self.time()
    }
}

impl leptos_passwordless::server::Clock for AttackClock {
    fn now(&self) -> OffsetDateTime {
        self.date()
    }
}

impl passwordless_tenant::Clock for AttackClock {
    fn now(&self) -> OffsetDateTime {
        self.date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_begins_on_a_tuesday_at_nine() {
        let begin = AttackClock::default().date();
        assert_eq!((begin.year(), begin.weekday(), begin.hour()), (2036, time::Weekday::Tuesday, 9));
    }
}
