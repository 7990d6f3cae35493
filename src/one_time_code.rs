//! The code of an SMS.

use crate::digits::ascii_digit;
use std::fmt;
use thiserror::Error;

/// Auth0 allows lengths from 4 to 40.
pub(crate) const MIN_DIGITS: usize = 4;
const MAX_DIGITS: usize = 40;

/// A one-time code as typed: 4 to 40 digits of any script, without spaces and dashes.
///
/// `Debug` does not show the code.
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
        let code: Option<String> = text.chars().filter(|c| !is_separator(*c)).map(ascii_digit).collect();
        let code = code.filter(|code| (MIN_DIGITS..=MAX_DIGITS).contains(&code.len()));
        code.map(Self).ok_or(InvalidOneTimeCode)
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

/// The code in what was typed or pasted, as far as it goes: of `Your code is 123-456` that is `123456`.
///
/// A group of exactly `length` digits (0: unknown) is the code; otherwise every digit counts, up to `length` of them.
pub(crate) fn digits_in(text: &str, length: usize) -> String {
    let mut groups = text.split(|c| ascii_digit(c).is_none() && !is_separator(c)).map(digits);
    let whole = groups.find(|group| length > 0 && group.len() == length);
    whole.unwrap_or_else(|| {
        let mut all = digits(text);
        all.truncate(if length == 0 { MAX_DIGITS } else { length });
        all
    })
}

fn digits(text: &str) -> String {
    text.chars().filter_map(ascii_digit).collect()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}')
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
        fn a_code_is_found_in_a_message(code in "[1-9][0-9]{5}", minutes in 1u8..60) {
            for message in [
                format!("Your code is {}-{}", &code[..3], &code[3..]),
                format!("{code} is your code. It expires in {minutes} minutes."),
                format!("Your code is {code}\n\n@app.example #{code}"),
            ] {
                prop_assert_eq!(digits_in(&message, 6), code.clone());
            }
        }

        #[test]
        fn no_more_than_the_code_is_kept(text in ".*", length in 4usize..10) {
            let digits = digits_in(&text, length);
            prop_assert!(digits.len() <= length && digits.bytes().all(|b| b.is_ascii_digit()));
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
