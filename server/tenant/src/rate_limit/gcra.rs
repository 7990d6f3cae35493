//! The generic cell rate algorithm. Our own, as the state of a bucket has to be a number that a SQL statement updates.

use crate::clock::Millis;

const HOUR: i64 = 60 * 60 * 1000;

/// Clocks are corrected by less than this while the program runs, in milliseconds.
const CLOCK_SET_BACK: i64 = 5 * 60 * 1000;

/// A token bucket in the form of the generic cell rate algorithm: one number a bucket, the theoretical arrival time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gcra {
    /// Milliseconds in which one token grows back.
    pub(crate) interval: i64,
    /// Tokens in a full bucket.
    pub(crate) burst: i64,
}

impl Gcra {
    /// `count` at once, and one each `1/count` of an hour after that; `None` where the limit is lifted.
    pub(crate) fn per_hour(count: u32) -> Option<Self> {
        let burst = i64::from(count);
        (burst > 0).then(|| Self { interval: (HOUR / burst).max(1), burst })
    }

    /// `burst` at once, and one each `interval` milliseconds after that.
    pub(crate) const fn new(burst: i64, interval: i64) -> Self {
        Self { interval, burst }
    }

    /// A bucket of so many of these.
    pub(crate) fn times(self, count: u32) -> Self {
        let count = i64::from(count.max(1));
        Self { interval: (self.interval / count).max(1), burst: self.burst * count }
    }

    /// The arrival time after taking from a full bucket.
    pub(crate) fn first(self, now: Millis) -> Millis {
        Millis(now.0 + self.interval)
    }

    /// The latest arrival time at which a token can still be taken.
    pub(crate) fn latest(self, now: Millis) -> Millis {
        Millis(now.0 + self.interval * (self.burst - 1))
    }

    /// The latest arrival time that can be of this bucket; a later one is of a clock that was set back since, and counts as a
    /// full bucket.
    pub(crate) fn possible(self, now: Millis) -> Millis {
        Millis(now.0 + self.interval * self.burst + CLOCK_SET_BACK)
    }

    /// How many tokens a bucket with this arrival time has.
    pub(crate) fn left(self, tat: Millis, now: Millis) -> i64 {
        let spare = self.latest(now).0 - tat.0;
        (spare.div_euclid(self.interval) + 1).clamp(0, self.burst)
    }

    /// When a bucket with this arrival time has a token again.
    pub(crate) fn free_again(self, tat: Millis) -> Millis {
        Millis(tat.0 - self.interval * (self.burst - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The store's SQL statement, on one number.
    fn take(tat: &mut Option<i64>, gcra: Gcra, now: i64) -> bool {
        let before = tat.filter(|tat| *tat <= gcra.possible(Millis(now)).0).unwrap_or(i64::MIN);
        if before > gcra.latest(Millis(now)).0 {
            return false;
        }
        let after = if before > now { before + gcra.interval } else { gcra.first(Millis(now)).0 };
        *tat = Some(after);
        let left = gcra.left(Millis(after), Millis(now));
        (left > 0) == (after <= gcra.latest(Millis(now)).0) && left < gcra.burst
    }

    #[test]
    fn zero_lifts_the_limit() {
        assert!(Gcra::per_hour(0).is_none());
    }

    proptest::proptest! {
        /// No hour sees more than a full bucket and what refills in that hour, and waiting until `free_again` is enough.
        #[test]
        fn never_more_than_the_bucket_holds(count in 1_u32..60, gaps in proptest::collection::vec(0_i64..400_000, 1..200)) {
            let Some(gcra) = Gcra::per_hour(count) else { return Ok(()) };
            let (mut tat, mut now, mut taken) = (None, 0, Vec::new());
            for gap in gaps {
                now += gap;
                if take(&mut tat, gcra, now) {
                    taken.push(now);
                } else {
                    let free = gcra.free_again(Millis(tat.unwrap_or(now)));
                    proptest::prop_assert!(free.0 > now);
                    proptest::prop_assert!(take(&mut tat.clone(), gcra, free.0));
                    proptest::prop_assert!(!take(&mut tat.clone(), gcra, free.0 - 1));
                }
                let last_hour = taken.iter().filter(|at| **at > now - HOUR).count();
                proptest::prop_assert!(last_hour <= 2 * count as usize);
            }
        }
    }
}
