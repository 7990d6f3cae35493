//! Digits in typed and pasted text: of any script, among invisible characters. The library has the same rules for its
//! dialog; the two crates share no code.

/// The zeros of the supported scripts; nine more digits follow each of them.
const ZEROS: [char; 18] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{1040}', '\u{17e0}', '\u{1810}', '\u{ff10}',
];

/// The ASCII digit of the same value.
pub(crate) fn ascii_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let beyond = |zero: char| u32::from(c).checked_sub(u32::from(zero)).filter(|digit| *digit < 10);
    ZEROS.into_iter().find_map(beyond).and_then(|digit| char::from_digit(digit, 10))
}

/// Bidirectional marks, zero-width characters and byte order marks, which are pasted along with text.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The code in typed or pasted text: 586165 in "Your code is 586-165".
///
/// A group of exactly `length` digits is the code; otherwise every digit counts, up to `length` of them.
pub(crate) fn code_in(text: &str, length: usize) -> String {
    let groups = text.split(|c| ascii_digit(c).is_none() && !is_separator(c));
    let mut codes = groups.map(digits).filter(|group| group.len() == length);
    codes.next().unwrap_or_else(|| digits(text).chars().take(length).collect())
}

fn digits(text: &str) -> String {
    text.chars().filter_map(ascii_digit).collect()
}

/// A character between the digits of one code: a space, any dash, or an invisible character.
fn is_separator(c: char) -> bool {
    let is_dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}');
    is_dash || c.is_whitespace() || is_invisible(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_script_counts_to_nine() {
        for text in ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９"]
        {
            assert_eq!(digits(text), "0123456789");
        }
        assert_eq!(digits("a-½②"), "");
    }

    #[test]
    fn a_code_is_read_as_people_paste_it() {
        for (text, code) in [
            ("586165", "586165"),
            ("Your code is 586-165", "586165"),
            ("586 165 is your code. It expires in 3 minutes.", "586165"),
            ("Code 1 of 2: 586\u{2013}165", "586165"),
            ("\u{feff}586\u{202f}165\u{200e}", "586165"),
            ("2 codes: 586\u{200b}165", "586165"),
            ("٥٨٦ ١٦٥", "586165"),
            ("५८६-१६५", "586165"),
            ("５８６－１６５", "586165"),
            ("5.8.6.1.6.5", "586165"),
            ("58616", "58616"),
            ("5861650", "586165"),
            ("no digits", ""),
        ] {
            assert_eq!(code_in(text, 6), code, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_more_than_the_code_is_read(text in ".*", length in 4_usize..10) {
            let code = code_in(&text, length);
            prop_assert!(code.len() <= length && code.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
