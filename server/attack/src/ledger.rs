//! What was sent: the phone company's side of an attack.

use crate::country::{Number, price};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use time::Duration;

/// Digits in a row that are a code, and not part of a name.
const SHORTEST_CODE: usize = 4;

/// A message that was sent.
#[derive(Clone, Debug)]
struct Sms {
    at: Duration,
    to: String,
}

/// All messages sent, shared by who sends and who reads.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    sent: Vec<Sms>,
    /// The newest code of each number.
    codes: HashMap<String, String>,
}

/// What messages to some numbers amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Messages.
    pub messages: u32,
    /// Of these, the ones in the first hour.
    pub in_first_hour: u32,
    /// Millionths of a US dollar.
    pub cost: u64,
    /// The last one.
    pub last: Option<Duration>,
}

impl Ledger {
    /// Notes a message.
    pub fn note(&self, at: Duration, to: &str, text: &str) {
        let mut book = self.book();
        book.sent.push(Sms { at, to: to.to_owned() });
        if let Some(code) = code_in(text) {
            book.codes.insert(to.to_owned(), code.to_owned());
        }
    }

    /// The newest code sent to a number.
    pub fn code(&self, number: &Number) -> Option<String> {
        self.book().codes.get(number.as_str()).cloned()
    }

    /// What was sent to these numbers since the attack began.
    pub fn bill(&self, numbers: &HashSet<Number>) -> Bill {
        let numbers: HashSet<_> = numbers.iter().map(Number::as_str).collect();
        let book = self.book();
        let sent = book.sent.iter().filter(|sms| !sms.at.is_negative() && numbers.contains(sms.to.as_str()));
        sent.fold(Bill::default(), |bill, sms| Bill {
            messages: bill.messages + 1,
            in_first_hour: bill.in_first_hour + u32::from(sms.at < Duration::HOUR),
            cost: bill.cost + price(&sms.to),
            last: bill.last.max(Some(sms.at)),
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn code_in(text: &str) -> Option<&str> {
    text.split(|sign: char| !sign.is_ascii_digit()).find(|digits| digits.len() >= SHORTEST_CODE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{country::ID, error::AttackError, random::Random};

    #[test]
    fn bill_has_the_numbers_asked_for_since_the_attack_began() -> Result<(), AttackError> {
        let (number, other) = (ID.number(&mut Random::new(1))?, ID.number(&mut Random::new(2))?);
        let ledger = Ledger::default();
        for (at, to) in [(-1, &number), (0, &number), (0, &other), (30, &number), (61, &number)] {
            ledger.note(Duration::minutes(at), to.as_str(), "Your code is 123456");
        }
        let bill = ledger.bill(&HashSet::from([number.clone()]));
        let expected = Bill { messages: 3, in_first_hour: 2, cost: 3 * ID.price, last: Some(Duration::minutes(61)) };
        assert_eq!(bill, expected);
        assert_eq!(ledger.code(&number).as_deref(), Some("123456"));
        Ok(())
    }
}
