//! Reads phone numbers as people write them, with libphonenumber's metadata.

use crate::{Country, PhoneNumber, api::Refusal};
use rlibphonenumber::{PhoneNumber as Parsed, PhoneNumberFormat};

/// Longer input is not looked at.
const MAX_LENGTH: usize = 64;

/// A number that can exist.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) e164: PhoneNumber,
    /// Spaced for reading: `+1 415 555 2671`.
    pub(super) display: String,
}

/// Reads a number in international form, or as dialled inside `country`; `allowed` (all if empty) may be texted.
pub(super) fn read(typed: &str, country: Country, allowed: &[Country]) -> Result<Number, Refusal> {
    if typed.trim().is_empty() {
        return Err(Refusal::PhoneNumberMissing);
    }
    let parsed = parse(typed, country).ok_or(Refusal::PhoneNumberInvalid)?;
    let e164 =
        PhoneNumber::parse(&parsed.format_as(PhoneNumberFormat::E164)).map_err(|_| Refusal::PhoneNumberInvalid)?;
    if !allowed.is_empty() && !allowed.iter().any(|country| is_in(&parsed, *country)) {
        return Err(Refusal::CountryNotAllowed);
    }
    let display = parsed.format_as(PhoneNumberFormat::International).replace('-', " ");
    Ok(Number { e164, display })
}

/// A number that was read before.
pub(super) fn known(e164: &PhoneNumber) -> Result<Number, Refusal> {
    read(e164.as_str(), Country::default(), &[])
}

fn parse(typed: &str, country: Country) -> Option<Parsed> {
    if typed.len() > MAX_LENGTH {
        return None;
    }
    let parsed = Parsed::parse(typed, country.iso().parse().ok()).ok()?;
    parsed.is_valid().then_some(parsed)
}

fn is_in(number: &Parsed, country: Country) -> bool {
    number.get_region_code().is_some_and(|region| country.iso().parse() == Ok(region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn e164(typed: &str, country: &str) -> Result<String, Refusal> {
        let country = Country::from_iso(country).map_err(|_| Refusal::Unexpected)?;
        read(typed, country, &[]).map(|number| number.e164.as_str().to_owned())
    }

    #[test]
    fn numbers_are_understood_as_people_write_them() {
        for (typed, country) in [
            ("+44 7911 123456", "US"),
            ("07911 123456", "GB"),
            ("7911123456", "GB"),
            ("0044 7911 123456", "DE"),
            ("+44 (0) 7911-123456", "US"),
            ("٠٧٩١١ ١٢٣٤٥٦", "GB"),
        ] {
            assert_eq!(e164(typed, country).as_deref(), Ok("+447911123456"), "{typed}");
        }
        for typed in ["(415) 555-2671", "415.555.2671", "1 415 555 2671"] {
            assert_eq!(e164(typed, "US").as_deref(), Ok("+14155552671"), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        for typed in ["123", "hello", "+999 123 456 789", "+1 415 555 267", "415 555 2671 000", &"1".repeat(500)] {
            assert_eq!(e164(typed, "US"), Err(Refusal::PhoneNumberInvalid), "{typed}");
        }
        assert_eq!(e164("  ", "US"), Err(Refusal::PhoneNumberMissing));
    }

    #[test]
    fn only_allowed_countries_are_texted() -> Result<(), Box<dyn std::error::Error>> {
        let allowed = [Country::from_iso("DE")?, Country::from_iso("AT")?];
        assert!(read("+49 1512 3456789", Country::default(), &allowed).is_ok());
        assert_eq!(read("+1 415 555 2671", Country::default(), &allowed).err(), Some(Refusal::CountryNotAllowed));
        Ok(())
    }

    #[test]
    fn it_is_shown_with_spaces() -> Result<(), Refusal> {
        assert_eq!(read("4155552671", Country::default(), &[])?.display, "+1 415 555 2671");
        Ok(())
    }

    proptest! {
        #[test]
        fn no_input_breaks_it(typed in ".*") {
            if let Ok(number) = read(&typed, Country::default(), &[]) {
                prop_assert!(number.e164.as_str().len() <= 16);
            }
        }
    }
}
