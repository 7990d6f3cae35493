//! The clock, injected so that tests need not sleep. The library has one of its own; the two crates share no code.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> OffsetDateTime;
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock that is injected")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Unix time in milliseconds, as stored in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Millis(pub(crate) i64);

impl dyn Clock {
    /// The current time as it is stored.
    pub(crate) fn millis(&self) -> Millis {
        self.now().into()
    }
}

impl From<OffsetDateTime> for Millis {
    fn from(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX))
    }
}

impl Millis {
    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    pub(crate) fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// `None` beyond the year 9999.
    pub(crate) fn date_time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok()
    }

    /// In RFC 3339, whole seconds.
    pub(crate) fn rfc3339(self) -> String {
        let at = OffsetDateTime::from_unix_timestamp(self.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        at.format(&Rfc3339).unwrap_or_default()
    }

    /// Whole seconds until `later`, rounded up, for `Retry-After`.
    pub(crate) fn seconds_until(self, later: Self) -> u64 {
        let millis = u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0);
        millis.div_ceil(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::Millis;

    #[test]
    fn waiting_time_is_rounded_up_and_never_negative() {
        assert_eq!(Millis(1_000).seconds_until(Millis(2_001)), 2);
        assert_eq!(Millis(5_000).seconds_until(Millis(1_000)), 0);
    }
}
