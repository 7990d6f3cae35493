//! Reads a typed phone number before any country's rules; shared by the preview in the browser and the server.

use crate::digits::ascii_digit;

/// A number with this many digits can be complete; letters after it begin an extension.
const CAN_BE_WHOLE: usize = 7;

/// A typed number, reduced to its digits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// With a country code: its digits and those of the number.
    International(String),
    /// As it is dialled inside a country.
    National(String),
    /// A carrier's prefix, or letters among the digits: left to the server.
    Unclear,
}

impl Typed {
    /// Reads a number in any script. `idd` is what the chosen country dials before foreign numbers, where that is not
    /// `00`; `?` where the carriers have prefixes of their own. `00` is taken everywhere: many write it like the plus.
    pub(crate) fn read(text: &str, idd: &str) -> Self {
        // `+44 (0) 7911` is how some write that a zero is dialled inside the country.
        let (before, after) = text.split_once('(').unwrap_or((text, ""));
        let after = after.strip_prefix("0)").unwrap_or(after);
        let mut digits = String::new();
        let mut has_plus = false;
        for c in before.chars().chain(after.chars()) {
            has_plus |= digits.is_empty() && matches!(c, '+' | '＋');
            if digits.len() >= CAN_BE_WHOLE && (is_letter(c) || matches!(c, ';' | '#')) {
                break;
            }
            if !digits.is_empty() && is_letter(c) {
                return Self::Unclear;
            }
            digits.extend(ascii_digit(c));
        }
        if has_plus { Self::international(&digits) } else { Self::dialled(digits, idd) }
    }

    fn dialled(digits: String, idd: &str) -> Self {
        let rest = Some(idd).filter(|idd| !idd.is_empty()).and_then(|idd| digits.strip_prefix(idd));
        match rest.or_else(|| digits.strip_prefix("00")) {
            Some(_) if idd == "?" => Self::Unclear,
            Some(rest) => Self::international(rest),
            None => Self::National(digits),
        }
    }

    /// No country code begins with a zero, so leading zeros belong to the prefix.
    fn international(digits: &str) -> Self {
        Self::International(digits.trim_start_matches('0').to_owned())
    }
}

/// Whether digits follow that are dialled once the call is answered, such as `#12` or `ext. 12`.
#[cfg(feature = "ssr")]
pub(crate) fn has_extension(text: &str) -> bool {
    let mut digits = 0;
    let mut is_over = false;
    for c in text.chars() {
        if ascii_digit(c).is_some() {
            if is_over {
                return true;
            }
            digits += 1;
        }
        is_over |= digits >= CAN_BE_WHOLE && (is_letter(c) || matches!(c, ';' | '#'));
    }
    false
}

/// Of the scripts that extensions are named in; Unicode's table of letters would weigh more than the dialog's rules.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || ('\u{c0}'..='\u{52f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_country_code_are_known() {
        for (text, idd) in [
            ("+44 7911 123456", ""),
            ("＋44 7911 123456", ""),
            ("0044 7911 123456", ""),
            ("0044 7911 123456", "011"),
            ("00044 7911 123456", ""),
            ("011 44 7911 123456", "011"),
            ("010 44 7911 123456", "010"),
            ("0011 44 7911 123456", "0011"),
            ("8~10 44 7911 123456", "810"),
            ("+44 (0)7911 123456", ""),
            ("tel:+44-7911-123456", ""),
            ("\u{202a}+44\u{a0}7911\u{202f}123456\u{202c}", ""),
            ("+44 7911 123456 ext. 5", ""),
            ("+44 7911 123456;ext=5", ""),
            ("+44 7911 123456#5", ""),
        ] {
            assert_eq!(Typed::read(text, idd), Typed::International("447911123456".to_owned()), "{text}");
        }
    }

    #[test]
    fn numbers_as_they_are_dialled_at_home_are_left_to_the_country() {
        for text in ["(415) 555-2671", "\u{200e}415.555.2671", "\u{feff}415 555 2671", "٤١٥٥٥٥٢٦٧١", "4155552671x89"]
        {
            assert_eq!(Typed::read(text, "011"), Typed::National("4155552671".to_owned()), "{text}");
        }
        assert_eq!(Typed::read("011 4421 5678", ""), Typed::National("01144215678".to_owned()));
    }

    #[test]
    fn what_only_the_server_can_read_is_unclear() {
        assert_eq!(Typed::read("1-800-FLOWERS", "011"), Typed::Unclear);
        assert_eq!(Typed::read("0021 44 7911 123456", "?"), Typed::Unclear);
    }
}
