//! Phone numbers as they travel: E.164.

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
/// assert_eq!(format!("{number:?}"), "PhoneNumber(+1********71)");
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

    /// The number with all but the first and the last two characters hidden, for logs.
    pub fn masked(&self) -> String {
        let (head, rest) = self.0.split_at(2);
        let (hidden, tail) = rest.split_at(rest.len().saturating_sub(2));
        format!("{head}{}{tail}", "*".repeat(hidden.len()))
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
            prop_assert_eq!(masked.len(), text.len());
            prop_assert!(masked.contains("****"));
            let debug = format!("{number:?}");
            prop_assert!(!debug.contains(&text));
        }
    }
}
