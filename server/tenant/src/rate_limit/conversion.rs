//! How many of the codes that are sent are entered, against SMS pumping: fraudsters ask for codes to numbers that they earn
//! from, and never enter one.
//!
//! A number that signed in before counts only from its second unentered code on. A prefix whose codes are not entered is slowed,
//! and then stopped; one person who gives up never stops a prefix, and people who do enter their codes keep it open.

use crate::{clock::Millis, phone_number::PhoneNumber};

/// Counts are kept in slots of this length, in milliseconds.
const SLOT: i64 = 10 * 60 * 1000;

/// A window is longer by a slot than its name says: no code leaves it too early.
const HOUR: i64 = 60 * 60 * 1000 + SLOT;
const DAY: i64 = 24 * 60 * 60 * 1000 + SLOT;

/// A day may see this many times what an hour may.
const HOURS_A_DAY: i64 = 3;

/// What numbers have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All digits but the last four: ranges of this size are what fraudsters rent.
    Block,
    /// The country.
    Country,
    /// That they are numbers.
    Whole,
}

/// Numbers that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    pub(crate) scope: Scope,
    /// The digits that a block begins with, the country's ISO 3166 code, or `*`.
    pub(crate) name: String,
}

/// A number that is to be sent a code.
#[derive(Clone, Debug)]
pub(crate) struct Recipient {
    pub(crate) phone_number: PhoneNumber,
    /// Then its first code in a day does not count, unless one is entered, and it is never stopped.
    pub(crate) signed_in_before: bool,
    /// The rarely shared one first, in the order in which their rows are locked.
    pub(crate) prefixes: [Prefix; 3],
}

impl Recipient {
    pub(crate) fn of(phone_number: &PhoneNumber, signed_in_before: bool) -> Self {
        let digits = phone_number.as_str();
        let block = digits.get(..digits.len().saturating_sub(4)).unwrap_or_default();
        let prefix = |scope, name: String| Prefix { scope, name };
        let prefixes = [
            prefix(Scope::Block, block.to_owned()),
            prefix(Scope::Country, phone_number.country_or_none()),
            prefix(Scope::Whole, "*".to_owned()),
        ];
        Self { phone_number: phone_number.clone(), signed_in_before, prefixes }
    }
}

/// How long back is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    Hour,
    Day,
}

impl Window {
    const ALL: [Self; 2] = [Self::Day, Self::Hour];

    /// The first slot of the window is later than this.
    pub(crate) fn after(self, now: Millis) -> Millis {
        Millis(now.0 - self.length())
    }

    /// When a slot has left the window.
    pub(crate) fn end_of(self, slot: Millis) -> Millis {
        Millis(slot.0 + self.length())
    }

    /// As alarms name it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn length(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }
}

/// The slot of a moment, named by its beginning.
pub(crate) fn slot(now: Millis) -> Millis {
    Millis(now.0 - now.0.rem_euclid(SLOT))
}

/// Codes of a prefix in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) sent: i64,
    /// Of those sent.
    pub(crate) entered: i64,
    /// Sign-ins of numbers that had signed in before, with a code that did not count.
    pub(crate) known: i64,
}

/// Codes of a prefix in both windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallies {
    pub(crate) hour: Tally,
    pub(crate) day: Tally,
}

impl Tallies {
    /// With so many more sent.
    pub(crate) fn plus_sent(self, sent: i64) -> Self {
        let plus = |tally: Tally| Tally { sent: tally.sent + sent, ..tally };
        Self { hour: plus(self.hour), day: plus(self.day) }
    }

    pub(crate) fn of(&self, window: Window) -> Tally {
        match window {
            Window::Hour => self.hour,
            Window::Day => self.day,
        }
    }
}

/// How many codes may go unentered.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// In an hour in which nobody enters one.
    unentered: i64,
    /// More for each hundred that are entered.
    per_hundred: i64,
}

impl Allowance {
    fn is_exceeded(self, window: Window, sent: i64, entered: i64) -> bool {
        let hours = if window == Window::Day { HOURS_A_DAY } else { 1 };
        sent - entered > self.unentered * hours + entered * self.per_hundred / 100
    }
}

impl Scope {
    /// As the metrics name it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Country => "country",
            Self::Whole => "all",
        }
    }

    /// Low, as people are slowed by little. Three of four who ask are expected to enter a code; of a block, which few share,
    /// every second.
    fn until_slowed(self) -> Allowance {
        let (unentered, per_hundred) = match self {
            Self::Block => (3, 100),
            Self::Country => (10, 33),
            Self::Whole => (20, 33),
        };
        Allowance { unentered, per_hundred }
    }

    /// A country is stopped only where fewer than one of twenty is entered. The whole never is: an attack on many
    /// countries locks nobody out.
    fn until_stopped(self) -> Option<Allowance> {
        match self {
            Self::Block => Some(Allowance { unentered: 8, per_hundred: 100 }),
            Self::Country => Some(Allowance { unentered: 20, per_hundred: 2000 }),
            Self::Whole => None,
        }
    }

    /// What becomes of a code that is counted already.
    pub(crate) fn verdict(self, tallies: &Tallies) -> Verdict {
        let stops = |window: Window| {
            let Tally { sent, entered, known } = tallies.of(window);
            // Those who signed in before show that people of the country use the service.
            self.until_stopped()
                .is_some_and(|allowance| sent > entered && allowance.is_exceeded(window, sent + known, entered + known))
        };
        let slows = |window: Window| {
            let Tally { sent, entered, .. } = tallies.of(window);
            self.until_slowed().is_exceeded(window, sent, entered)
        };
        let first = |exceeds: &dyn Fn(Window) -> bool| Window::ALL.into_iter().find(|window| exceeds(*window));
        match (first(&stops), first(&slows)) {
            (Some(window), _) => Verdict::Stopped(window),
            (None, Some(window)) => Verdict::Slowed(window),
            (None, None) => Verdict::Open,
        }
    }
}

/// What becomes of a code that counts, by the window that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Open,
    /// It takes some effort to get one.
    Slowed(Window),
    /// None is sent.
    Stopped(Window),
}

/// A code is not sent yet, or not at all, as too many of a prefix are not entered.
#[derive(Clone, Debug)]
pub(crate) struct Unentered {
    pub(crate) prefix: Prefix,
    /// In the window that decides, with the code that was asked for.
    pub(crate) tally: Tally,
    pub(crate) window: Window,
    pub(crate) is_stopped: bool,
}

impl Unentered {
    /// The strictest verdict on the prefixes of a number; the narrowest prefix of equals, which says the most.
    pub(crate) fn strictest(recipient: &Recipient, tallies: impl Fn(&Prefix) -> Tallies) -> Option<Self> {
        let mut strictest: Option<Self> = None;
        for prefix in &recipient.prefixes {
            let tallies = tallies(prefix);
            let (window, is_stopped) = match prefix.scope.verdict(&tallies) {
                Verdict::Open => continue,
                Verdict::Slowed(window) => (window, false),
                Verdict::Stopped(window) => (window, !recipient.signed_in_before),
            };
            if strictest.as_ref().is_none_or(|found| is_stopped && !found.is_stopped) {
                strictest = Some(Self { prefix: prefix.clone(), tally: tallies.of(window), window, is_stopped });
            }
        }
        strictest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq};

    use super::*;

    const SCOPES: [Scope; 3] = [Scope::Block, Scope::Country, Scope::Whole];

    fn of_an_hour(sent: i64, entered: i64, known: i64) -> Tallies {
        let tally = Tally { sent, entered, known };
        Tallies { hour: tally, day: tally }
    }

    /// From open to stopped.
    fn strictness(verdict: Verdict) -> u8 {
        match verdict {
            Verdict::Open => 0,
            Verdict::Slowed(_) => 1,
            Verdict::Stopped(_) => 2,
        }
    }

    fn tallies() -> impl Strategy<Value = Tallies> {
        let tally = (0_i64..400, 0_i64..400, 0_i64..50);
        (tally.clone(), tally).prop_map(|((sent, entered, known), (more, entered_more, known_more))| {
            let hour = Tally { sent, entered: entered.min(sent), known };
            let day =
                Tally { sent: sent + more, entered: hour.entered + entered_more.min(more), known: known + known_more };
            Tallies { hour, day }
        })
    }

    #[test]
    fn a_prefix_that_never_enters_is_slowed_and_then_stopped() {
        for (scope, slowed_from, stopped_from) in
            [(Scope::Block, 4, Some(9)), (Scope::Country, 11, Some(21)), (Scope::Whole, 21, None)]
        {
            for sent in 1..500 {
                let verdict = scope.verdict(&of_an_hour(sent, 0, 0));
                let expected =
                    if stopped_from.is_some_and(|from| sent >= from) { 2 } else { u8::from(sent >= slowed_from) };
                assert_eq!(strictness(verdict), expected, "{scope:?} {sent}");
            }
        }
    }

    #[test]
    fn a_slow_attack_is_stopped_by_the_day() {
        let slow = |unentered| Tallies { hour: Tally::default(), day: Tally { sent: unentered, ..Tally::default() } };
        assert_eq!(Scope::Block.verdict(&slow(25)), Verdict::Stopped(Window::Day));
        assert_eq!(Scope::Country.verdict(&slow(61)), Verdict::Stopped(Window::Day));
        assert_eq!(Scope::Whole.verdict(&slow(61)), Verdict::Slowed(Window::Day));
        assert_eq!(Scope::Block.verdict(&slow(9)), Verdict::Open);
    }

    #[test]
    fn a_country_in_which_people_sign_in_is_not_stopped() {
        assert_eq!(strictness(Scope::Country.verdict(&of_an_hour(60, 2, 0))), 1);
        assert_eq!(strictness(Scope::Country.verdict(&of_an_hour(60, 0, 2))), 1);
        assert_eq!(strictness(Scope::Country.verdict(&of_an_hour(70, 1, 1))), 2, "next to nobody");
    }

    #[test]
    fn the_strictest_verdict_counts_and_of_equals_the_narrowest() -> Result<(), &'static str> {
        let number = Recipient::of(&PhoneNumber::parse("+4915123456789").ok_or("not a number")?, false);
        assert_eq!(number.prefixes.each_ref().map(|prefix| prefix.name.as_str()), ["+491512345", "DE", "*"]);
        let found = |block, country, whole| {
            let sent = |scope| match scope {
                Scope::Block => block,
                Scope::Country => country,
                Scope::Whole => whole,
            };
            let found = Unentered::strictest(&number, |prefix| of_an_hour(sent(prefix.scope), 0, 0));
            found.map(|unentered| (unentered.prefix.scope, unentered.is_stopped))
        };
        assert_eq!(found(1, 1, 1), None);
        assert_eq!(found(4, 21, 21), Some((Scope::Country, true)));
        assert_eq!(found(9, 21, 21), Some((Scope::Block, true)));
        assert_eq!(found(1, 11, 21), Some((Scope::Country, false)));
        assert_eq!(found(1, 1, 21), Some((Scope::Whole, false)));
        Ok(())
    }

    proptest::proptest! {
        /// More unentered codes never open a prefix, and an entered one never makes it stricter.
        #[test]
        fn unentered_codes_close_and_entered_ones_open(tallies in tallies()) {
            for scope in SCOPES {
                let verdict = strictness(scope.verdict(&tallies));
                prop_assert!(strictness(scope.verdict(&tallies.plus_sent(1))) >= verdict);
                let all_entered = |tally: Tally| Tally { entered: tally.sent, ..tally };
                let entered = Tallies { hour: all_entered(tallies.hour), day: all_entered(tallies.day) };
                prop_assert_eq!(scope.verdict(&entered), Verdict::Open);
                if tallies.hour.entered < tallies.hour.sent {
                    let one_entered = |tally: Tally| Tally { entered: tally.entered + 1, ..tally };
                    let better = Tallies { hour: one_entered(tallies.hour), day: one_entered(tallies.day) };
                    prop_assert!(strictness(scope.verdict(&better)) <= verdict);
                }
            }
        }

        /// The whole is never stopped, a country only where fewer than one of twenty signs in, and nothing by one person.
        #[test]
        fn honest_people_are_not_locked_out(tallies in tallies(), messages in 1_i64..=10) {
            prop_assert!(strictness(Scope::Whole.verdict(&tallies)) < 2);
            if let Verdict::Stopped(window) = Scope::Country.verdict(&tallies) {
                let Tally { sent, entered, known } = tallies.of(window);
                prop_assert!((entered + known) * 20 < sent - entered);
            }
            prop_assert_eq!(Scope::Block.verdict(&of_an_hour(1, 0, 0)), Verdict::Open);
            prop_assert_eq!(Scope::Country.verdict(&of_an_hour(1, 0, 0)), Verdict::Open);
            prop_assert_eq!(Scope::Whole.verdict(&of_an_hour(messages, 0, 0)), Verdict::Open);
        }

        /// A slot counts in the window until its end, and not after.
        #[test]
        fn a_slot_leaves_a_window_at_its_end(now in 0_i64..2_000_000_000_000) {
            let slot = slot(Millis(now));
            prop_assert!(slot.0 <= now && now < slot.0 + SLOT);
            for window in Window::ALL {
                let end = window.end_of(slot);
                prop_assert!(slot <= window.after(end) && slot > window.after(Millis(end.0 - 1)));
            }
        }
    }
}
