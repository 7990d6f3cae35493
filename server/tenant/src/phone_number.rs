//! Phone numbers in E.164.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

/// A number in E.164, which matches `^\+[0-9]{1,15}$`, Auth0's rule for the API. Its `Debug` form shows no digits.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes the number as the API has it: checked, never corrected. A second way to write the same number, such as with
    /// the zero of calls within the country (`+4407…`), is refused: whoever has it would be two people, with twice the
    /// codes and the tries.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_written_otherwise = || {
            let number = PHONE_NUMBER_UTIL.parse(text, None);
            number.is_ok_and(|number| number.format_as(PhoneNumberFormat::E164) != text)
        };
        (Self::fits_pattern(text) && !is_written_otherwise()).then(|| Self(text.to_owned()))
    }

    /// Auth0's rule.
    pub(crate) fn fits_pattern(text: &str) -> bool {
        let is_number =
            |digits: &str| (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        text.strip_prefix('+').is_some_and(is_number)
    }

    /// Takes an international number as a person writes it, with spaces, dashes, brackets or `00` in front.
    pub(crate) fn from_typed(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let international = match trimmed.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => trimmed.to_owned(),
        };
        if international.len() > 40 || !international.starts_with('+') {
            return None;
        }
        let number = PHONE_NUMBER_UTIL.parse(&international, None).ok()?;
        if !number.is_valid() {
            return None;
        }
        Self::parse(&number.format_as(PhoneNumberFormat::E164))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to recognise a number by, not enough to call it.
    pub(crate) fn masked(&self) -> String {
        let digits = self.0.len() - 1;
        let (start, end) = if digits >= 8 { (3, 2) } else { (1, 0) };
        let hidden = "•".repeat(self.0.len() - start - end);
        format!("{}{hidden}{}", &self.0[..start], &self.0[self.0.len() - end..])
    }

    /// The number in groups, for reading.
    pub(crate) fn readable(&self) -> String {
        PHONE_NUMBER_UTIL
            .parse(&self.0, None)
            .map_or_else(|_| self.0.clone(), |number| number.format_as(PhoneNumberFormat::International).into_owned())
    }

    /// The country (ISO 3166, upper case) that the number is of.
    pub(crate) fn country(&self) -> Option<String> {
        let number = PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?;
        number.get_region_code().map(|region| region.to_string())
    }

    /// Whether the number is of one of these countries.
    pub(crate) fn is_in(&self, countries: &[String]) -> bool {
        self.country().is_some_and(|country| countries.contains(&country))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::PhoneNumberType;

    use super::*;

    #[test]
    fn the_api_takes_the_pattern_and_nothing_else() {
        for good in ["+1", "+14155552671", "+123456789012345"] {
            assert!(PhoneNumber::parse(good).is_some(), "{good}");
        }
        for bad in ["", "+", "14155552671", "+1 415", "+1234567890123456", "+١٢٣", "+1\n"] {
            assert!(PhoneNumber::parse(bad).is_none() && !PhoneNumber::fits_pattern(bad), "{bad}");
        }
    }

    #[test]
    fn one_number_has_one_way_to_be_written() {
        for (good, other) in [
            ("+447911123456", "+4407911123456"),
            ("+4915123456789", "+49015123456789"),
            ("+14155552671", "+114155552671"),
            ("+33612345678", "+330612345678"),
        ] {
            assert!(PhoneNumber::parse(good).is_some(), "{good}");
            assert!(PhoneNumber::parse(other).is_none() && PhoneNumber::fits_pattern(other), "{other}");
        }
        // The zero of Italian numbers is part of them.
        assert!(PhoneNumber::parse("+390236618300").is_some());
    }

    #[test]
    fn people_may_write_it_their_way() {
        for typed in ["+1 (415) 555-2671", "001 415 555 2671", " +1-415-555-2671 ", "+14155552671"] {
            let number = PhoneNumber::from_typed(typed);
            assert_eq!(number.as_ref().map(PhoneNumber::as_str), Some("+14155552671"), "{typed}");
        }
        for bad in ["", "hello", "4155552671", "+1 415", "+999 12345678", "00"] {
            assert!(PhoneNumber::from_typed(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn countries_are_told_by_the_number() {
        let german = PhoneNumber::parse("+4915123456789");
        assert!(german.as_ref().is_some_and(|number| number.is_in(&["DE".to_owned(), "AT".to_owned()])));
        assert!(german.is_some_and(|number| !number.is_in(&["US".to_owned()])));
    }

    #[test]
    fn a_masked_number_cannot_be_called() {
        for (number, masked) in [("+14155552671", "+14•••••••71"), ("+1415555", "+•••••••"), ("+1", "+•")]
        {
            assert_eq!(PhoneNumber::parse(number).map(|number| number.masked()).as_deref(), Some(masked));
        }
    }

    /// Every region that libphonenumber knows, by its own example of each kind of number that can be a person's.
    #[test]
    fn the_examples_of_every_region_are_understood_however_they_are_written() {
        let kinds = [PhoneNumberType::FixedLine, PhoneNumberType::Mobile];
        let mut regions = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let examples =
                kinds.map(|kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok());
            for example in examples.iter().flatten() {
                let e164 = example.format_as(PhoneNumberFormat::E164).into_owned();
                let number = PhoneNumber::parse(&e164);
                assert!(number.is_some(), "{region}");
                let international = example.format_as(PhoneNumberFormat::International).into_owned();
                let from_abroad = format!("00{}", &international[1..]);
                for written in [e164.clone(), international, from_abroad] {
                    assert!(PhoneNumber::from_typed(&written) == number, "{region}: {written}");
                }
                // Numbers of shared plans, such as that of +44 and Guernsey, can be told apart only as far as they differ.
                let country = example.get_region_code().map(|country| country.to_string());
                assert!(
                    number.is_some_and(|number| country.is_some_and(|country| number.is_in(&[country]))),
                    "{region}"
                );
            }
            regions += usize::from(examples.iter().any(Option::is_some));
        }
        assert!(regions >= 240, "{regions}");
    }

    #[test]
    fn debug_shows_no_digits() {
        assert!(!format!("{:?}", PhoneNumber::parse("+14155552671")).contains('4'));
    }

    proptest::proptest! {
        /// What the API takes is taken as it is, and shown to nobody whole; of all ways to write a number it takes one.
        #[test]
        fn the_api_changes_nothing(text in "\\+?[0-9٣ ]{0,17}") {
            let fits = text.len() <= 16 && text.len() > 1 && text.starts_with('+') && text[1..].bytes().all(|byte| byte.is_ascii_digit());
            proptest::prop_assert_eq!(PhoneNumber::fits_pattern(&text), fits);
            let number = PhoneNumber::parse(&text);
            proptest::prop_assert!(number.is_none() || fits);
            if let (None, true) = (&number, fits) {
                let other = PHONE_NUMBER_UTIL.parse(&text, None).map(|number| number.format_as(PhoneNumberFormat::E164).into_owned());
                proptest::prop_assert!(other.is_ok_and(|other| other != text));
            }
            if let Some(number) = number {
                proptest::prop_assert_eq!(number.as_str(), text.as_str());
                proptest::prop_assert!(number.masked().chars().count() == text.len() && number.masked() != text);
                let _ = (number.readable(), number.is_in(&[]));
            }
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            if let Some(number) = PhoneNumber::from_typed(&text) {
                proptest::prop_assert!(PhoneNumber::parse(number.as_str()).is_some());
            }
        }
    }
}
