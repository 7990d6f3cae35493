//! The rules of one-time codes, as pure functions; the store applies them atomically.
//!
//! A code consists of random digits, is valid for a short time, for three wrong attempts and for one sign-in, and only the
//! newest one of a number counts. Only its keyed hash is stored, see [`OtpKeys`].

use super::repeat::{Redemption, RequestHash};
use crate::{clock::Millis, keys::otp_keys::OtpKeys};

/// Wrong attempts that invalidate a code.
pub(crate) const MAX_FAILURES: u32 = 3;

/// A code that was sent, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) id: String,
    pub(crate) mac: String,
    pub(crate) expires_at: Millis,
    pub(crate) failures: u32,
    pub(crate) redeemed: bool,
    /// By which request, where that one can be repeated.
    pub(crate) redemption: Option<Redemption>,
}

impl Challenge {
    /// A placeholder where no code was sent: no code matches it, and attempts get the same responses as for a real one.
    pub(crate) fn without_code(id: String, expires_at: Millis) -> Self {
        Self { id, mac: String::new(), expires_at, failures: 0, redeemed: false, redemption: None }
    }

    /// Whether a guess could hit.
    fn is_live(&self, now: Millis, purpose: &Purpose) -> bool {
        let is_open = if self.redeemed { self.is_repeated_by(purpose, now) } else { now < self.expires_at };
        !self.mac.is_empty() && self.failures < MAX_FAILURES && is_open
    }

    fn is_repeated_by(&self, purpose: &Purpose, now: Millis) -> bool {
        let Purpose::Redeem { by: Some(request) } = purpose else { return false };
        self.redemption.as_ref().is_some_and(|redemption| redemption.is_repeated_by(request, now))
    }

    /// Does with a fitting code what it was tried for.
    fn take(&mut self, purpose: &Purpose, now: Millis) -> Outcome {
        let Purpose::Redeem { by } = purpose else { return Outcome::Checked };
        self.redeemed = true;
        self.redemption = by.clone().map(|by| Redemption { at: now, by });
        Outcome::Redeemed
    }
}

/// The purpose of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To check the code; it stays valid (`/passwordless/verify`).
    Check,
    /// To sign in; this uses the code up.
    Redeem {
        /// The request, where it can be repeated.
        by: Option<RequestHash>,
    },
}

/// How a code was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is right, and still good.
    Checked,
    /// It signed the user in.
    Redeemed,
    /// The request that it signed the user in by was repeated.
    Repeated,
}

impl Outcome {
    /// As the metrics name it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Redeemed => "redeemed",
            Self::Repeated => "repeated",
        }
    }
}

/// Why a code was refused. The sentences are Auth0's, to the byte: official clients compare them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Not the code, or one that was used already; that has no attempts left to report.
    #[error("Wrong phone number or verification code.")]
    WrongCode { attempts_left: Option<u32> },
    /// The code of an earlier message, which a newer one replaced. As it was sent to this number, it is not a guess.
    #[error("Wrong phone number or verification code.")]
    Superseded { attempts_left: u32 },
    #[error("The verification code has expired. Please try to login again.")]
    Expired,
    #[error("You've reached the maximum number of attempts. Please try to login again.")]
    UsedUp,
    #[error("user is blocked")]
    Blocked,
    /// The right code of a number without an account, where only those who have one sign in.
    #[error("Public signup is disabled")]
    SignUpDisabled,
    /// The code was not checked.
    #[error("Your account has been blocked after multiple consecutive login attempts.")]
    TooManyAttempts(Counted),
}

impl Refusal {
    /// As the metrics name it.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::WrongCode { .. } => "wrong",
            Self::Superseded { .. } => "superseded",
            Self::Expired => "expired",
            Self::UsedUp => "used_up",
            Self::Blocked => "blocked",
            Self::SignUpDisabled => "sign_up_disabled",
            Self::TooManyAttempts(_) => "too_many_attempts",
        }
    }

    /// Attempts left, where they are reported.
    pub(crate) fn attempts_left(&self) -> Option<u32> {
        match self {
            Self::WrongCode { attempts_left } => *attempts_left,
            Self::Superseded { attempts_left } => Some(*attempts_left),
            _ => None,
        }
    }
}

/// What a limit on failed attempts counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Failed attempts for one number from one address: Auth0's brute-force protection.
    NumberFromAddress,
    /// Wrong guesses at the codes of one number, from any address.
    Number,
    /// Failed attempts from one address: Auth0's suspicious IP throttling.
    Address,
}

impl Counted {
    /// The limit, as the metrics name it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::NumberFromAddress => "attempts_number_from_address",
            Self::Number => "attempts_number",
            Self::Address => "attempts_address",
        }
    }
}

/// What an attempt costs against the limits on failed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// It succeeded, repeated a code that did, or was of an earlier message.
    Nothing,
    /// It failed, and could not have succeeded.
    Failure,
    /// It failed, and another code would have succeeded.
    Guess,
}

/// The result of an attempt.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Result<Outcome, Refusal>,
    pub(crate) after: Challenge,
    pub(crate) cost: Cost,
}

impl Judgement {
    /// Whether the attempt changes nothing about this challenge, and costs nothing.
    pub(crate) fn leaves(&self, before: &Challenge) -> bool {
        self.cost == Cost::Nothing && self.after == *before
    }

    /// For the code of an earlier message, where a wrong code would have counted as a failed attempt.
    pub(crate) fn on_a_superseded_code(challenge: Challenge) -> Self {
        let attempts_left = MAX_FAILURES.saturating_sub(challenge.failures);
        Self { verdict: Err(Refusal::Superseded { attempts_left }), after: challenge, cost: Cost::Nothing }
    }
}

/// Judges an attempt, and returns the challenge as it is afterwards.
pub(crate) fn judge(keys: &OtpKeys, challenge: &Challenge, attempt: &str, now: Millis, purpose: &Purpose) -> Judgement {
    let mut after = challenge.clone();
    let fits = keys.verify(&challenge.id, &challenge.mac, attempt);
    let verdict = if fits && challenge.redeemed {
        // Guessing ends where it ended before: a repetition is no way around the three tries.
        let is_repeated = challenge.failures < MAX_FAILURES && challenge.is_repeated_by(purpose, now);
        if is_repeated { Ok(Outcome::Repeated) } else { Err(Refusal::WrongCode { attempts_left: None }) }
    } else if challenge.failures >= MAX_FAILURES {
        Err(Refusal::UsedUp)
    } else if now >= challenge.expires_at {
        Err(Refusal::Expired)
    } else if fits {
        Ok(after.take(purpose, now))
    } else {
        after.failures += 1;
        Err(Refusal::WrongCode { attempts_left: Some(MAX_FAILURES - after.failures) })
    };
    let cost = match verdict {
        Ok(_) | Err(Refusal::WrongCode { attempts_left: None }) => Cost::Nothing,
        Err(_) if challenge.is_live(now, purpose) => Cost::Guess,
        Err(_) => Cost::Failure,
    };
    Judgement { verdict, after, cost }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::otp::code::OneTimeCode;

    /// By a request that cannot be repeated.
    const REDEEM: Purpose = Purpose::Redeem { by: None };

    fn keys() -> OtpKeys {
        OtpKeys::new(&"a server key".into(), &[])
    }

    fn challenge(code: &str) -> Challenge {
        let mac = keys().mac("id", &OneTimeCode::from(code));
        Challenge { mac, ..Challenge::without_code("id".to_owned(), Millis(180_000)) }
    }

    #[test]
    fn the_third_failure_kills_the_code() {
        let mut now = challenge("123456");
        for left in [2, 1, 0] {
            let judgement = judge(&keys(), &now, "000000", Millis(0), &Purpose::Check);
            assert_eq!(judgement.verdict, Err(Refusal::WrongCode { attempts_left: Some(left) }));
            assert_eq!(judgement.cost, Cost::Guess);
            now = judgement.after;
        }
        let judgement = judge(&keys(), &now, "123456", Millis(0), &REDEEM);
        assert_eq!((judgement.verdict, judgement.cost), (Err(Refusal::UsedUp), Cost::Failure));
    }

    #[test]
    fn a_mac_is_good_for_its_challenge_only() {
        let moved = Challenge { id: "other".to_owned(), ..challenge("123456") };
        assert!(judge(&keys(), &moved, "123456", Millis(0), &REDEEM).verdict.is_err());
    }

    /// Whether a code is under way cannot be told by trying.
    #[test]
    fn without_a_code_tries_are_answered_as_with_one() {
        let mut with = challenge("123456");
        let mut without = Challenge::without_code("id".to_owned(), with.expires_at);
        for at in [0, 0, 0, 0, 200_000] {
            let real = judge(&keys(), &with, "000000", Millis(at), &REDEEM);
            let none = judge(&keys(), &without, "000000", Millis(at), &REDEEM);
            assert_eq!(none.verdict, real.verdict);
            assert_eq!(none.cost, Cost::Failure);
            (with, without) = (real.after, none.after);
        }
        for nothing in ["", "123456"] {
            assert!(
                judge(
                    &keys(),
                    &Challenge::without_code("id".to_owned(), Millis(9)),
                    nothing,
                    Millis(0),
                    &Purpose::Check
                )
                .verdict
                .is_err()
            );
        }
    }

    #[test]
    fn a_repeated_code_is_no_failure_and_a_guess_at_a_used_one_is() {
        let used = Challenge { redeemed: true, ..challenge("123456") };
        let repeated = judge(&keys(), &used, "123456", Millis(0), &REDEEM);
        assert_eq!(repeated.verdict, Err(Refusal::WrongCode { attempts_left: None }));
        assert_eq!((repeated.cost, repeated.after), (Cost::Nothing, used.clone()));
        let guessed = judge(&keys(), &used, "000000", Millis(0), &REDEEM);
        assert_eq!(guessed.verdict, Err(Refusal::WrongCode { attempts_left: Some(2) }));
        assert_eq!(guessed.cost, Cost::Failure);
    }

    /// The request with this state.
    fn request(state: &str) -> Purpose {
        Purpose::Redeem { by: RequestHash::of(&state) }
    }

    #[test]
    fn the_request_that_used_a_code_up_can_be_repeated_for_a_minute() {
        let first = judge(&keys(), &challenge("123456"), "123456", Millis(170_000), &request("a"));
        assert_eq!(first.verdict, Ok(Outcome::Redeemed));
        // The code's own time is over by then.
        for at in [170_000, 229_999] {
            let again = judge(&keys(), &first.after, "123456", Millis(at), &request("a"));
            assert_eq!((again.verdict, again.cost), (Ok(Outcome::Repeated), Cost::Nothing));
            assert_eq!(again.after, first.after);
        }
        for (at, other) in
            [(230_000, request("a")), (170_000, request("b")), (170_000, REDEEM), (170_000, Purpose::Check)]
        {
            let refused = judge(&keys(), &first.after, "123456", Millis(at), &other);
            assert_eq!(refused.verdict, Err(Refusal::WrongCode { attempts_left: None }), "{at} {other:?}");
        }
    }

    /// Else whoever knows the request could guess on where others had three tries.
    #[test]
    fn wrong_codes_end_the_repetition_too() {
        let mut now = judge(&keys(), &challenge("123456"), "123456", Millis(0), &request("a")).after;
        for left in [2, 1, 0] {
            let guess = judge(&keys(), &now, "000000", Millis(0), &request("a"));
            assert_eq!(guess.verdict, Err(Refusal::WrongCode { attempts_left: Some(left) }));
            assert_eq!(guess.cost, Cost::Guess);
            now = guess.after;
        }
        let late = judge(&keys(), &now, "123456", Millis(0), &request("a"));
        assert_eq!(late.verdict, Err(Refusal::WrongCode { attempts_left: None }));
    }

    proptest! {
        /// Whatever is tried in whatever order: at most three failures count, at most one sign-in happens, nothing is
        /// accepted after either or after the end of its time, and a check changes nothing.
        #[test]
        fn no_sequence_of_tries_breaks_the_rules(
            tries in proptest::collection::vec((0_u8..3, any::<bool>(), 0_i64..400_000), 0..40),
        ) {
            let mut state = challenge("123456");
            let mut redeemed = 0;
            for (which, redeem, at) in tries {
                let attempt = ["123456", "123457", ""][usize::from(which)];
                let purpose = if redeem { REDEEM } else { Purpose::Check };
                let Judgement { verdict, after, .. } = judge(&keys(), &state, attempt, Millis(at), &purpose);
                if verdict.is_ok() {
                    prop_assert!(attempt == "123456" && at < 180_000 && state.failures < 3 && redeemed == 0);
                    redeemed += u32::from(redeem);
                    prop_assert_eq!(after.failures, state.failures);
                }
                prop_assert!(after.failures >= state.failures && after.failures <= MAX_FAILURES);
                prop_assert!(after.redeemed >= state.redeemed);
                state = after;
            }
            prop_assert!(redeemed <= 1);
        }
    }
}
