//! What a login is wanted to hold.

use crate::run::Outcome;
use time::Duration;

/// Messages that may be lost in the first hour, whatever the attack.
pub const LOST_IN_FIRST_HOUR: u32 = 60;
/// Known people who may be refused.
pub const KNOWN_REFUSED: u32 = 0;
/// New people who may be refused, of a hundred.
pub const NEW_REFUSED_PERCENT: u32 = 1;

/// What does not hold, in words.
#[must_use]
pub fn broken(outcome: &Outcome) -> Vec<String> {
    let lost = outcome.lost.in_first_hour;
    let (new, known) = (outcome.new.refused(), outcome.known.refused());
    let faults = [
        (lost > LOST_IN_FIRST_HOUR)
            .then(|| format!("{lost} messages lost in the first hour, not {LOST_IN_FIRST_HOUR}")),
        (new * 100 > outcome.new.came * NEW_REFUSED_PERCENT)
            .then(|| format!("{new} of {} new people refused, not {NEW_REFUSED_PERCENT} %", outcome.new.came)),
        (known > KNOWN_REFUSED).then(|| format!("{known} of {} known people refused", outcome.known.came)),
    ];
    faults.into_iter().flatten().collect()
}

/// Minutes until the last message to the attacker; `None` if that was in the last twentieth of the attack.
#[must_use]
pub fn stopped_after(outcome: &Outcome) -> Option<i64> {
    let last = outcome.lost.last.unwrap_or(Duration::ZERO);
    (last < outcome.lasted * 19 / 20).then(|| last.whole_minutes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ledger::Bill, run::Fate};
    use std::collections::BTreeMap;

    fn outcome(lost: u32, new: u32, known: u32) -> Outcome {
        let fate = |came, refused| Fate {
            came,
            signed_in: came - refused,
            refused: BTreeMap::from([("RateLimited".to_owned(), refused)]),
        };
        Outcome {
            name: "",
            id: "",
            lasted: Duration::HOUR,
            requests: 0,
            hashes: 0,
            lost: Bill { messages: 500, in_first_hour: lost, cost: 0, last: Some(Duration::minutes(12)) },
            new: fate(100, new),
            known: fate(100, known),
        }
    }

    #[test]
    fn each_bound_is_checked_by_itself() {
        assert!(broken(&outcome(60, 1, 0)).is_empty());
        for outcome in [outcome(61, 0, 0), outcome(0, 2, 0), outcome(0, 0, 1)] {
            assert_eq!(broken(&outcome).len(), 1, "{outcome:?}");
        }
    }

    #[test]
    fn attack_that_goes_on_to_its_end_was_not_stopped() {
        assert_eq!(stopped_after(&outcome(60, 0, 0)), Some(12));
        let mut to_the_end = outcome(60, 0, 0);
        to_the_end.lost.last = Some(Duration::minutes(58));
        assert_eq!(stopped_after(&to_the_end), None);
    }
}
