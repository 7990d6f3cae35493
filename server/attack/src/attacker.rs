//! Who has messages sent to numbers that pay.

use crate::{
    country::Number,
    error::AttackError,
    random::Random,
    scenario::{Addresses, Numbers, Scenario},
    target::{Asked, Target, Way},
    visitor::{Effort, Visitor},
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};
use time::Duration;

/// The attacker of a scenario.
#[derive(Debug)]
pub(crate) struct Attacker<'a> {
    scenario: &'a Scenario,
    random: Random,
    /// Who has come, where addresses come again.
    visitors: BTreeMap<IpAddr, Visitor>,
    /// The numbers that were asked for.
    pub(crate) numbers: HashSet<Number>,
    /// Those that are asked for in turn.
    in_turn: Vec<Number>,
    /// Those that a proof of work is waited for, with the attempt that they come back at.
    waiting: VecDeque<(u32, IpAddr, Number)>,
    attempts: u32,
    sent: u32,
    pub(crate) requests: u64,
    pub(crate) hashes: u64,
}

impl<'a> Attacker<'a> {
    pub(crate) fn new(scenario: &'a Scenario, random: Random) -> Self {
        Self {
            scenario,
            random,
            visitors: BTreeMap::new(),
            numbers: HashSet::new(),
            in_turn: Vec::new(),
            waiting: VecDeque::new(),
            attempts: 0,
            sent: 0,
            requests: 0,
            hashes: 0,
        }
    }

    /// Until the next attempt.
    fn pace(&self) -> Duration {
        self.scenario.lasts / self.scenario.attempts.max(1)
    }

    fn attempts_in(&self, seconds: u32) -> u32 {
        let attempts = i128::from(seconds) * 1_000 / self.pace().whole_milliseconds().max(1);
        u32::try_from(attempts + 1).unwrap_or(u32::MAX)
    }

    /// What is done the day before: numbers sign in, or a block is chosen.
    pub(crate) async fn prepare(&mut self, target: &mut dyn Target) -> Result<(), AttackError> {
        match self.scenario.numbers {
            Numbers::RandomOf(_) => {}
            Numbers::InSequence(country) => {
                let first = country.block(&mut self.random)?;
                self.in_turn = (0..10_000).map(|offset| first.plus(offset)).collect();
            }
            Numbers::SignedIn(country, count) => {
                for index in 0..count {
                    target.wait_until(Duration::minutes(i64::from(index) * 10) - Duration::DAY).await;
                    let number = country.number(&mut self.random)?;
                    let mut visitor = self.visitor(address(index), target).await?;
                    target.ask(&mut visitor, &number, Way::Form).await?;
                    self.enter(&mut visitor, &number, target).await?;
                    self.back(visitor);
                    self.in_turn.push(number);
                }
            }
        }
        Ok(())
    }

    /// Asks for one code; returns how long it takes until the next.
    pub(crate) async fn act(&mut self, target: &mut dyn Target) -> Result<Option<Duration>, AttackError> {
        let (address, number) = self.next()?;
        let mut visitor = self.visitor(address, target).await?;
        let asked = target.ask(&mut visitor, &number, self.scenario.way).await?;
        self.numbers.insert(number.clone());
        self.attempts += 1;
        if asked == Asked::Sent {
            self.sent += 1;
            if self.scenario.enters_one_in.is_some_and(|codes| self.sent.is_multiple_of(codes)) {
                self.enter(&mut visitor, &number, target).await?;
            }
        }
        if let (Asked::Refused { retry_after: Some(seconds), .. }, Effort::Waits) = (&asked, visitor.effort) {
            self.waiting.push_back((self.attempts + self.attempts_in(*seconds), address, number));
        }
        self.back(visitor);
        Ok((self.attempts < self.scenario.attempts).then(|| self.pace()))
    }

    async fn enter(&self, visitor: &mut Visitor, number: &Number, target: &mut dyn Target) -> Result<(), AttackError> {
        if let Some(code) = target.ledger().code(number) {
            target.enter(visitor, &code).await?;
        }
        Ok(())
    }

    /// Who comes next, and for which number: whoever has waited long enough, or another one.
    fn next(&mut self) -> Result<(IpAddr, Number), AttackError> {
        let attempts = self.attempts;
        match self.waiting.pop_front_if(|(at, ..)| *at <= attempts) {
            Some((_, address, number)) => Ok((address, number)),
            None => Ok((self.next_address(), self.next_number()?)),
        }
    }

    fn next_number(&mut self) -> Result<Number, AttackError> {
        if let Numbers::RandomOf(countries) = self.scenario.numbers {
            let country = self.random.of(countries).ok_or(AttackError::NoNumber("no country"))?;
            return country.number(&mut self.random);
        }
        let next = self.in_turn.iter().cycle().nth(self.attempts as usize % self.in_turn.len().max(1));
        next.cloned().ok_or(AttackError::NoNumber("no country"))
    }

    fn next_address(&self) -> IpAddr {
        match self.scenario.addresses {
            Addresses::V4(count) => address(self.attempts % count.max(1)),
            Addresses::InOne48 => network(0, self.attempts),
            Addresses::Across48s => network(self.attempts, 0),
        }
    }

    /// Who comes from an address: one who was there before, or a new one. Where addresses do not come again, nobody loads
    /// the page or keeps cookies.
    async fn visitor(&mut self, address: IpAddr, target: &mut dyn Target) -> Result<Visitor, AttackError> {
        if let Some(visitor) = self.visitors.remove(&address) {
            return Ok(visitor);
        }
        let comes_again = address.is_ipv4() && self.scenario.way == Way::Form;
        let mut visitor = Visitor::script(address, comes_again, self.scenario.effort);
        if comes_again {
            target.open(&mut visitor).await?;
        }
        Ok(visitor)
    }

    fn back(&mut self, mut visitor: Visitor) {
        self.requests += std::mem::take(&mut visitor.requests);
        self.hashes += std::mem::take(&mut visitor.hashes);
        self.visitors.insert(visitor.address, visitor);
    }
}

/// One of many addresses, few of which share a network.
fn address(index: u32) -> IpAddr {
    let [_, high, middle, low] = index.wrapping_mul(0x0001_0307).to_be_bytes();
    Ipv4Addr::new(45, high, middle, low).into()
}

/// An address of this /48 and of this /64 in it.
fn network(of_48: u32, of_64: u32) -> IpAddr {
    let network = 0x2a0d_u128 << 112 | u128::from(of_48) << 80 | u128::from(of_64) << 64;
    Ipv6Addr::from(network | 1).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_differ_where_they_are_meant_to() {
        let expected = ["2a0d:0:1:2::1", "2a0d:1:0:2::1"].map(|address| address.parse::<IpAddr>().ok());
        assert_eq!([network(1, 2), network(0x1_0000, 2)].map(Some), expected);
    }
}
