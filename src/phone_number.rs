//! Phone numbers in E.164.
//!
//! The embedded tenant has a `PhoneNumber` of its own, on purpose: library and tenant share no types, only HTTP.

pub(crate) mod preview;
pub(crate) mod typed;

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A phone number in E.164 form: a plus sign, then 2 to 15 digits, the first of them not zero.
///
/// The form alone is checked here, because that much fits into the browser; whether such a number can exist is
/// decided on the server, with libphonenumber's metadata. `Debug` masks the number, so that it cannot reach a log.
///
/// Source: ITU-T E.164; Auth0's pattern is `^\+[0-9]{1,15}$`.
///
/// ```
/// use leptos_passwordless::PhoneNumber;
///
/// let number = PhoneNumber::parse("+14155552671")?;
/// assert_eq!(number.as_str(), "+14155552671");
/// assert_eq!(format!("{number:?}"), "PhoneNumber(+14•••••••71)");
/// assert!(PhoneNumber::parse("(415) 555-2671").is_err());
/// # Ok::<(), leptos_passwordless::InvalidPhoneNumber>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The text is not an E.164 phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an E.164 phone number: a plus sign and 2 to 15 digits are expected")]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// Takes a number that is already in E.164 form.
    ///
    /// # Errors
    /// [`InvalidPhoneNumber`] if `text` is in any other form, spaces included.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhoneNumber)?.as_bytes();
        let well_formed =
            (2..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && digits.first() != Some(&b'0');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidPhoneNumber) }
    }

    /// The number, plus sign included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to recognise a number by, not enough to call it: for logs, and for the offer of the last login.
    pub fn masked(&self) -> String {
        let digits = self.0.len() - 1;
        let (start, end) = if digits >= 8 { (3, 2) } else { (1, 0) };
        let hidden = "•".repeat(self.0.len() - start - end);
        format!("{}{hidden}{}", &self.0[..start], &self.0[self.0.len() - end..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhoneNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_masked_number_cannot_be_called() {
        for (number, masked) in [("+14155552671", "+14•••••••71"), ("+1415555", "+•••••••"), ("+1", "+•")]
        {
            assert_eq!(PhoneNumber(number.to_owned()).masked(), masked);
        }
    }

    proptest! {
        #[test]
        fn only_e164_is_taken(text in ".*") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(number.as_str(), &text);
                prop_assert!(text[1..].bytes().all(|b| b.is_ascii_digit()));
                prop_assert!((3..=16).contains(&text.len()));
            }
        }

        #[test]
        fn every_e164_number_is_taken_and_masked(text in r"\+[1-9][0-9]{6,14}") {
            let number = PhoneNumber::parse(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let masked = number.masked();
            prop_assert_eq!(masked.chars().count(), text.len());
            prop_assert!(masked.contains("••••"));
            let debug = format!("{number:?}");
            prop_assert!(!debug.contains(&text));
        }
    }
}
