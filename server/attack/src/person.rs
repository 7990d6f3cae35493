//! Someone honest who wants to sign in.

use crate::{
    country::Number,
    error::AttackError,
    target::{Asked, Entered, Target, Way},
    visitor::Visitor,
};
use time::Duration;

/// Whoever has to wait no longer than this does so once, and tries again.
const PATIENCE: u32 = 120;
/// Until the SMS is there and typed.
const READING: Duration = Duration::seconds(20);
/// Until those who wait for an SMS ask for another one.
const ASKING_AGAIN: Duration = Duration::seconds(40);

/// A person on the way to be signed in.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) visitor: Visitor,
    pub(crate) number: Number,
    pub(crate) is_known: bool,
    habit: Habit,
    step: Step,
    has_waited: bool,
}

/// What people do besides typing the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    None,
    Mistypes,
    AsksAgain,
    GivesUp,
}

#[derive(Debug)]
enum Step {
    Open,
    AskAgain,
    Enter,
    Done(Ending),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    SignedIn,
    GaveUp,
    /// For this reason.
    Refused(String),
}

impl Habit {
    /// One in ten mistypes a code, one in twenty asks for another one, one in fifty gives up.
    pub(crate) fn of(index: usize) -> Self {
        match index {
            _ if index % 10 == 3 => Self::Mistypes,
            _ if index % 20 == 7 => Self::AsksAgain,
            _ if index % 50 == 11 => Self::GivesUp,
            _ => Self::None,
        }
    }
}

impl Person {
    pub(crate) fn new(visitor: Visitor, number: Number, is_known: bool, habit: Habit) -> Self {
        Self { visitor, number, is_known, habit, step: Step::Open, has_waited: false }
    }

    /// How it ended, if it did.
    pub(crate) fn ending(&self) -> Option<&Ending> {
        match &self.step {
            Step::Done(ending) => Some(ending),
            _ => None,
        }
    }

    /// Signs in, without a habit.
    pub(crate) async fn sign_in(&mut self, target: &mut dyn Target) -> Result<(), AttackError> {
        target.open(&mut self.visitor).await?;
        let asked = target.ask(&mut self.visitor, &self.number, Way::Form).await?;
        let code = target.ledger().code(&self.number).unwrap_or_default();
        match target.enter(&mut self.visitor, &code).await? {
            Entered::SignedIn => Ok(()),
            Entered::Refused(reason) => Err(AttackError::Program(format!("before the attack: {asked:?}, {reason}"))),
        }
    }

    /// Does the next step; returns how long it takes until the one after it.
    pub(crate) async fn act(&mut self, target: &mut dyn Target) -> Result<Option<Duration>, AttackError> {
        match self.step {
            Step::Open => {
                target.open(&mut self.visitor).await?;
                let asked = target.ask(&mut self.visitor, &self.number, Way::Form).await?;
                Ok(self.after(asked, target.has_codes()))
            }
            Step::AskAgain => {
                let asked = target.ask(&mut self.visitor, &self.number, Way::Again).await?;
                Ok(self.after(asked, target.has_codes()))
            }
            Step::Enter => self.enter(target).await,
            Step::Done(_) => Ok(None),
        }
    }

    fn after(&mut self, asked: Asked, has_codes: bool) -> Option<Duration> {
        match asked {
            Asked::Sent if !has_codes => self.done(Ending::SignedIn),
            Asked::Sent if self.habit == Habit::GivesUp => self.done(Ending::GaveUp),
            Asked::Sent if self.habit == Habit::AsksAgain => {
                self.habit = Habit::None;
                self.step = Step::AskAgain;
                Some(ASKING_AGAIN)
            }
            Asked::Sent => {
                self.step = Step::Enter;
                Some(READING)
            }
            Asked::Refused { retry_after: Some(seconds), .. } if seconds <= PATIENCE && !self.has_waited => {
                self.has_waited = true;
                Some(Duration::seconds(i64::from(seconds) + 1))
            }
            Asked::Refused { reason, .. } => self.done(Ending::Refused(reason)),
        }
    }

    async fn enter(&mut self, target: &mut dyn Target) -> Result<Option<Duration>, AttackError> {
        let Some(code) = target.ledger().code(&self.number) else {
            return Ok(self.done(Ending::Refused("no message arrived".to_owned())));
        };
        if self.habit == Habit::Mistypes {
            self.habit = Habit::None;
            target.enter(&mut self.visitor, &mistyped(&code)).await?;
            return Ok(Some(READING));
        }
        let ending = match target.enter(&mut self.visitor, &code).await? {
            Entered::SignedIn => Ending::SignedIn,
            Entered::Refused(reason) => Ending::Refused(reason),
        };
        Ok(self.done(ending))
    }

    fn done(&mut self, ending: Ending) -> Option<Duration> {
        self.step = Step::Done(ending);
        None
    }
}

/// The code with another last digit.
fn mistyped(code: &str) -> String {
    let (start, last) = code.split_at(code.len().saturating_sub(1));
    format!("{start}{}", if last == "0" { '1' } else { '0' })
}
