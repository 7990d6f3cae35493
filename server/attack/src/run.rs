//! Runs an attack with people among it, event by event.

use crate::{
    attacker::Attacker,
    country::{HOMES, Number},
    error::AttackError,
    ledger::Bill,
    person::{Ending, Habit, Person},
    random::Random,
    scenario::Scenario,
    target::Target,
    visitor::Visitor,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    net::{IpAddr, Ipv4Addr},
};
use time::Duration;

/// When the known people signed in, one every few minutes.
const LAST_WEEK: Duration = Duration::days(-8);

/// What came of an attack.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: &'static str,
    /// The scenario's name for `--only`.
    pub id: &'static str,
    /// How long it lasted.
    pub lasted: Duration,
    /// Requests that the attacker made.
    pub requests: u64,
    /// Hashes that the attacker made for proofs of work.
    pub hashes: u64,
    /// What was sent to the attacker's numbers.
    pub lost: Bill,
    /// People who came for the first time.
    pub new: Fate,
    /// People who had signed in before.
    pub known: Fate,
}

/// What became of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// How many came.
    pub came: u32,
    /// How many signed in.
    pub signed_in: u32,
    /// How many were refused, by reason.
    pub refused: BTreeMap<String, u32>,
}

impl Fate {
    /// How many were refused.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.refused.values().sum()
    }
}

/// Runs an attack. The same seed gives the same events.
///
/// # Errors
/// [`AttackError`] if the login does not answer as one.
pub async fn run(scenario: &Scenario, target: &mut dyn Target, seed: u64) -> Result<Outcome, AttackError> {
    let mut random = Random::new(seed);
    let mut people = people(scenario, target, &mut random).await?;
    let mut attacker = Attacker::new(scenario, random.clone());
    attacker.prepare(target).await?;
    let mut schedule = Schedule::default();
    let seconds = u32::try_from(scenario.lasts.whole_seconds()).unwrap_or(u32::MAX);
    for index in 0..people.len() {
        schedule.add(Duration::seconds(i64::from(random.below(seconds))), index);
    }
    // The attacker comes after the last person.
    schedule.add(Duration::ZERO, people.len());
    while let Some((time, index)) = schedule.next() {
        target.wait_until(time).await;
        let again = match people.get_mut(index) {
            Some(person) => person.act(target).await?,
            None => attacker.act(target).await?,
        };
        if let Some(pause) = again {
            schedule.add(time + pause, index);
        }
    }
    Ok(outcome(scenario, target, &attacker, &people))
}

/// Who acts when; of those at the same time, the first in the list acts first.
#[derive(Debug, Default)]
struct Schedule(BinaryHeap<Reverse<(Duration, usize)>>);

impl Schedule {
    fn add(&mut self, time: Duration, index: usize) {
        self.0.push(Reverse((time, index)));
    }

    fn next(&mut self) -> Option<(Duration, usize)> {
        self.0.pop().map(|Reverse(next)| next)
    }
}

/// The people of a scenario. The known ones sign in; half of them keep that browser.
async fn people(scenario: &Scenario, target: &mut dyn Target, random: &mut Random) -> Result<Vec<Person>, AttackError> {
    let known = if target.has_codes() { scenario.people.known } else { 0 };
    let mut people = Vec::new();
    for (index, home) in (0..scenario.people.new + known).zip(HOMES.iter().cycle()) {
        let is_known = index >= scenario.people.new;
        let number = home.number(random)?;
        let mut person = Person::new(Visitor::browser(address(index)), number, is_known, Habit::of(index));
        if is_known {
            target.wait_until(LAST_WEEK + Duration::minutes(5) * i32::try_from(index).unwrap_or_default()).await;
            person.sign_in(target).await?;
            if index % 2 == 0 {
                person.visitor.forget();
            }
        }
        people.push(person);
    }
    Ok(people)
}

fn outcome(scenario: &Scenario, target: &dyn Target, attacker: &Attacker<'_>, people: &[Person]) -> Outcome {
    let honest: Vec<&Number> = people.iter().map(|person| &person.number).collect();
    let paying = attacker.numbers.iter().filter(|number| !honest.contains(number)).cloned().collect();
    Outcome {
        name: scenario.name,
        id: scenario.id,
        lasted: scenario.lasts,
        requests: attacker.requests,
        hashes: attacker.hashes,
        lost: target.ledger().bill(&paying),
        new: fate(people.iter().filter(|person| !person.is_known)),
        known: fate(people.iter().filter(|person| person.is_known)),
    }
}

fn fate<'a>(people: impl Iterator<Item = &'a Person>) -> Fate {
    let mut fate = Fate::default();
    for person in people {
        fate.came += 1;
        match person.ending() {
            Some(Ending::SignedIn) => fate.signed_in += 1,
            Some(Ending::Refused(reason)) => *fate.refused.entry(reason.clone()).or_default() += 1,
            Some(Ending::GaveUp) | None => {}
        }
    }
    fate
}

/// Each at home, which no two share.
fn address(index: usize) -> IpAddr {
    let [.., high, low] = index.to_be_bytes();
    Ipv4Addr::new(81, high, low, 7).into()
}
