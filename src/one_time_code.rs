//! The code of an SMS.

use std::fmt;
use thiserror::Error;

/// A one-time code as a person typed it: 4 to 40 digits, spaces and dashes left out.
///
/// Auth0 allows lengths from 4 to 40. `Debug` does not show the code.
///
/// ```
/// use leptos_passwordless::OneTimeCode;
///
/// assert_eq!(OneTimeCode::parse("123 456")?.as_str(), "123456");
/// assert!(OneTimeCode::parse("12").is_err());
/// # Ok::<(), leptos_passwordless::InvalidOneTimeCode>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

/// The text is not a one-time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a one-time code: 4 to 40 digits are expected")]
pub struct InvalidOneTimeCode;

impl OneTimeCode {
    /// Reads a code from what was typed or pasted.
    ///
    /// # Errors
    /// [`InvalidOneTimeCode`] if, spaces and dashes aside, it is not 4 to 40 digits.
    pub fn parse(text: &str) -> Result<Self, InvalidOneTimeCode> {
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let well_formed = (4..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        if well_formed { Ok(Self(code)) } else { Err(InvalidOneTimeCode) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spaces_and_dashes_do_not_matter(digits in "[0-9]{4,40}", at in 0usize..4, between in "[ -]{0,3}") {
            let mut typed = digits.clone();
            typed.insert_str(at, &between);
            prop_assert_eq!(OneTimeCode::parse(&typed).map(|c| c.0), Ok(digits));
        }

        #[test]
        fn nothing_else_is_taken(text in ".*") {
            if let Ok(code) = OneTimeCode::parse(&text) {
                prop_assert!(code.as_str().bytes().all(|b| b.is_ascii_digit()));
                prop_assert!((4..=40).contains(&code.as_str().len()));
            }
        }
    }
}
