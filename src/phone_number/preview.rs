//! The number as it will be sent, while it is being typed.

use super::typed::Typed;
use crate::country::CountryEntry;

/// Fewer digits are not previewed.
const MIN_DIGITS: usize = 4;

/// The number in E.164 form, in groups; `None` while it is too short, and if the server would ask for a confirmation.
pub(crate) fn preview(typed: &Typed, entry: &CountryEntry<'_>) -> Option<String> {
    let number = match typed {
        Typed::International(digits) => international(digits.strip_prefix(entry.dial_code)?, entry)?,
        Typed::National(digits) => national(digits, entry)?,
        Typed::Unclear => return None,
    };
    (number.len() >= MIN_DIGITS).then(|| grouped(number, entry))
}

/// A national number after its dialling code, in the groups of the country's mobile numbers: `+1 415 555 2671`.
fn grouped(number: &str, entry: &CountryEntry<'_>) -> String {
    let mut text = ["+", entry.dial_code].concat();
    for (digit, position) in number.bytes().zip(b'a'..) {
        if entry.groups.bytes().any(|start| start == position) {
            text.push(' ');
        }
        text.push(digit.into());
    }
    text
}

/// `+44 07911`: the zero is for calls inside the country, unless numbers begin with it, as in Italy.
fn international<'a>(number: &'a str, entry: &CountryEntry<'_>) -> Option<&'a str> {
    let trunk_prefix = entry.trunk_prefix.filter(|prefix| prefix.starts_with('0'));
    let number = trunk_prefix.and_then(|prefix| number.strip_prefix(prefix)).unwrap_or(number);
    (!number.starts_with('0') || number.len() <= entry.mobile_length).then_some(number)
}

fn national<'a>(digits: &'a str, entry: &CountryEntry<'_>) -> Option<&'a str> {
    let trunk_prefix = entry.trunk_prefix?;
    let without = digits.strip_prefix(trunk_prefix).filter(|rest| {
        // `8` in Russia and `1` in America begin numbers too.
        trunk_prefix.starts_with('0') || rest.len() == entry.mobile_length
    });
    let number = without.unwrap_or(digits);
    // Autofilled without its plus: `491711234567`.
    let lacks_plus =
        number.starts_with(entry.dial_code) && number.len() + 1 >= entry.dial_code.len() + entry.mobile_length;
    (!lacks_plus).then_some(number)
}
