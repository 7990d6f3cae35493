//! The number as it will be sent, while it is being typed.

use crate::{country::CountryEntry, digits::ascii_digit};

/// Fewer digits are no number yet.
const MIN_DIGITS: usize = 4;

/// What was typed, reduced to what counts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// With a country code: its digits and those of the number.
    International(String),
    /// As it is dialled inside a country.
    National(String),
    /// After `001`: from some countries that leads to `+1`, from others, as `0011`, anywhere. The server knows which.
    Unclear,
}

impl Typed {
    /// Reads a number in any script; `+` and the prefix `00` begin an international one.
    pub(crate) fn read(text: &str) -> Self {
        // `+44 (0) 7911` is how some write that a zero is dialled inside the country.
        let (before, after) = text.split_once('(').unwrap_or((text, ""));
        let after = after.strip_prefix("0)").unwrap_or(after);
        let mut digits = String::new();
        let mut is_international = false;
        for c in before.chars().chain(after.chars()) {
            is_international |= digits.is_empty() && matches!(c, '+' | '＋');
            digits.extend(ascii_digit(c));
        }
        match digits.strip_prefix("00") {
            Some(rest) if !is_international && rest.starts_with('1') => Self::Unclear,
            Some(rest) if !is_international => Self::International(rest.to_owned()),
            _ if is_international => Self::International(digits),
            _ => Self::National(digits),
        }
    }
}

/// The number in E.164 form, with a space after the dialling code; `None` while it is too short, or where the country's
/// rules are more than a prefix. The server has the last word.
pub(crate) fn preview(text: &str, entry: &CountryEntry<'_>) -> Option<String> {
    let number = match Typed::read(text) {
        Typed::International(digits) => digits.strip_prefix(entry.dial_code)?.to_owned(),
        Typed::National(digits) => {
            let trunk_prefix = entry.trunk_prefix?;
            digits.strip_prefix(trunk_prefix).map(str::to_owned).unwrap_or(digits)
        }
        Typed::Unclear => return None,
    };
    (number.len() >= MIN_DIGITS).then(|| ["+", entry.dial_code, " ", &number].concat())
}
