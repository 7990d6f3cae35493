//! How fast codes for one number follow each other: three at once, and from the fourth a growing delay.
//!
//! Auth0 has the same for its phone providers: <https://auth0.com/docs/secure/attack-protection/phone-provider-protection>

use crate::clock::Millis;

const MINUTE: i64 = 60 * 1000;

/// Codes of a streak that are sent without a delay.
pub(crate) const AT_ONCE: u32 = 3;

/// A streak ends after this long without a code; no delay is longer.
const STREAK: i64 = 10 * MINUTE;

/// Codes sent to a number in quick succession.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Streak {
    pub(crate) sent: u32,
    pub(crate) last_at: Millis,
}

impl Streak {
    /// The streak with one more code; `Err` is the moment from which on one may be sent.
    pub(crate) fn next(self, now: Millis) -> Result<Self, Millis> {
        if self.sent == 0 || now.0 - self.last_at.0 >= STREAK {
            return Ok(Self { sent: 1, last_at: now });
        }
        // If the clock was set back, nobody waits for longer than the delay.
        let free = Millis(self.last_at.min(now).0 + self.delay());
        if now < free { Err(free) } else { Ok(Self { sent: self.sent.saturating_add(1), last_at: now }) }
    }

    /// How long the next code has to wait: not at all, then one minute, two, four, eight, ten.
    fn delay(self) -> i64 {
        match self.sent.checked_sub(AT_ONCE) {
            None => 0,
            Some(doublings) => (MINUTE << doublings.min(4)).min(STREAK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Streak = Streak { sent: 0, last_at: Millis(0) };

    #[test]
    fn three_are_sent_at_once_and_then_the_delay_grows() -> Result<(), Millis> {
        let mut streak = NONE;
        let mut now = Millis(1_000_000);
        for _ in 0..AT_ONCE {
            streak = streak.next(now)?;
        }
        for minutes in [1, 2, 4, 8, 10, 10] {
            assert_eq!(streak.next(now), Err(Millis(now.0 + minutes * MINUTE)));
            assert!(streak.next(Millis(now.0 + minutes * MINUTE - 1)).is_err());
            now = Millis(now.0 + (minutes * MINUTE).min(STREAK - 1));
            streak = Streak { sent: streak.sent + 1, last_at: now };
        }
        Ok(())
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_wait_longer() {
        let two = Streak { sent: 2, last_at: Millis(60 * MINUTE) };
        assert_eq!(two.next(Millis(MINUTE)), Ok(Streak { sent: 3, last_at: Millis(MINUTE) }));
        let four = Streak { sent: 4, ..two };
        assert_eq!(four.next(Millis(MINUTE)), Err(Millis(MINUTE + 2 * MINUTE)));
    }

    #[test]
    fn ten_quiet_minutes_end_a_streak() {
        let long = Streak { sent: 9, last_at: Millis(0) };
        assert_eq!(long.next(Millis(STREAK - 1)), Err(Millis(STREAK)));
        assert_eq!(long.next(Millis(STREAK)), Ok(Streak { sent: 1, last_at: Millis(STREAK) }));
    }

    proptest::proptest! {
        /// Waiting for the delay is enough, and no ten minutes see more codes than three and those that the delays allow.
        #[test]
        fn ten_minutes_see_few_codes(gaps in proptest::collection::vec(0_i64..200_000, 1..200)) {
            let (mut streak, mut now, mut sent) = (NONE, Millis(1), Vec::new());
            for gap in gaps {
                now = Millis(now.0 + gap);
                match streak.next(now) {
                    Ok(next) => {
                        streak = next;
                        sent.push(now.0);
                    }
                    Err(free) => {
                        proptest::prop_assert!(free > now);
                        proptest::prop_assert!(streak.next(free).is_ok());
                    }
                }
                proptest::prop_assert!(sent.iter().filter(|at| **at > now.0 - STREAK).count() <= 6);
            }
        }
    }
}
