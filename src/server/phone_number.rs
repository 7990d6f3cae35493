//! Reads typed phone numbers with libphonenumber's metadata.
//!
//! The metadata lags behind the numbering plans. So a number is refused only if its length is wrong for a mobile of its
//! country; one that the metadata does not list is [`Certainty::Unlisted`], and the user is asked to confirm it.

use super::{countries::idd_of, old_forms};
use crate::{Country, PhoneNumber, outcome::Refusal, phone_number::typed::Typed};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber as Parsed, PhoneNumberFormat, PhoneNumberType};

/// Longer input is not parsed.
const MAX_LENGTH: usize = 128;

/// 15 digits and a space after each of them is more than any preview has.
const MAX_DISPLAY: usize = 32;

/// A number that can exist.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) e164: PhoneNumber,
    /// Spaced for reading: `+1 415 555 2671`.
    pub(super) display: String,
    pub(super) certainty: Certainty,
}

/// How certain it is that this number is meant, and that it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The metadata lists it, and there is one way to read what was typed.
    Sure,
    /// The typed text is a number of two countries.
    Ambiguous,
    /// Its length is right; the metadata does not list it.
    Unlisted,
}

/// The numbers that get codes.
#[derive(Clone, Copy)]
pub(super) struct Served<'a> {
    /// All if empty.
    pub(super) countries: &'a [Country],
    pub(super) landlines: bool,
}

/// For numbers that were checked before.
pub(super) const ALL: Served<'static> = Served { countries: &[], landlines: true };

/// Country codes of satellites, networks of no country, and numbers that the called party pays for.
const OF_NO_COUNTRY: [i32; 9] = [800, 808, 870, 878, 881, 882, 883, 888, 979];

/// Reads a number in international form, or as dialled inside `country`.
pub(super) fn read(typed: &str, country: Country, served: Served<'_>) -> Result<Number, Refusal> {
    if typed.trim().is_empty() {
        return Err(Refusal::PhoneNumberMissing);
    }
    let (parsed, certainty) = reading(typed, country).ok_or(Refusal::PhoneNumberInvalid)?;
    let e164 = PhoneNumber::parse(&e164(&parsed)).map_err(|_| Refusal::PhoneNumberInvalid)?;
    served.check(&parsed)?;
    let international = parsed.format_as(PhoneNumberFormat::International);
    let display = international.replace(|c: char| !c.is_ascii_digit() && c != '+', " ");
    Ok(Number { e164, display, certainty })
}

/// Refuses a number that is in none of these countries; an empty list allows all.
pub(super) fn check_country(e164: &PhoneNumber, allowed: &[Country]) -> Result<(), Refusal> {
    if allowed.is_empty() {
        return Ok(());
    }
    let (parsed, _) = reading(e164.as_str(), Country::default()).ok_or(Refusal::PhoneNumberInvalid)?;
    Served { countries: allowed, ..ALL }.check_country(&parsed)
}

impl Served<'_> {
    fn check(self, number: &Parsed) -> Result<(), Refusal> {
        if OF_NO_COUNTRY.contains(&number.country_code) {
            return Err(Refusal::SpecialNumber);
        }
        self.check_country(number)?;
        match number.get_type() {
            PhoneNumberType::PremiumRate
            | PhoneNumberType::SharedCost
            | PhoneNumberType::TollFree
            | PhoneNumberType::UAN
            | PhoneNumberType::Pager
            | PhoneNumberType::VoiceMail
            | PhoneNumberType::PersonalNumber => Err(Refusal::SpecialNumber),
            PhoneNumberType::FixedLine if !self.landlines => Err(Refusal::Landline),
            _ => Ok(()),
        }
    }

    fn check_country(self, number: &Parsed) -> Result<(), Refusal> {
        let is_served = self.countries.is_empty() || self.countries.iter().any(|country| is_in(number, *country));
        if is_served { Ok(()) } else { Err(Refusal::CountryNotAllowed) }
    }
}

/// The country or territory of a number; `None` for one that belongs to no country, such as that of a satellite phone.
pub(super) fn country_of(e164: &PhoneNumber) -> Option<Country> {
    let parsed = Parsed::parse(e164.as_str(), None).ok()?;
    region_of(&parsed).and_then(|region| Country::from_iso(&region).ok())
}

/// A number that was read before.
pub(super) fn known(e164: &PhoneNumber) -> Result<Number, Refusal> {
    let number = read(e164.as_str(), Country::default(), ALL)?;
    Ok(Number { certainty: Certainty::Sure, ..number })
}

impl Number {
    /// The same in the groups of the preview, whose country may have been another one of the dialling code.
    pub(super) fn written_as(self, previewed: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ');
        let is_preview = previewed.len() <= MAX_DISPLAY && previewed.chars().all(is_plain);
        let display = if is_preview && self.is_shown_as(previewed) { previewed.to_owned() } else { self.display };
        Self { display, ..self }
    }

    /// Whether this is the number that the user was shown, whatever its spacing.
    pub(super) fn is_shown_as(&self, shown: &str) -> bool {
        shown.chars().filter(char::is_ascii_digit).eq(self.e164.as_str().chars().skip(1))
    }
}

fn reading(typed: &str, country: Country) -> Option<(Parsed, Certainty)> {
    if typed.len() > MAX_LENGTH {
        return None;
    }
    let as_dialled = |digits: &str| today(Parsed::parse(digits, country.iso().parse().ok()).ok()?);
    let (parsed, certainty) = match Typed::read(typed, idd_of(country)) {
        Typed::International(digits) => international(&digits),
        // Read once more from its digits alone: an extension cannot be texted, and a number has one reading.
        Typed::Unclear => {
            as_dialled(typed).and_then(|(parsed, _)| international(e164(&parsed).trim_start_matches('+')))
        }
        Typed::National(digits) => of_two(as_dialled(&digits), international(&digits)),
    }?;
    if certainty != Certainty::Unlisted {
        return Some((parsed, certainty));
    }
    // What no metadata lists can be a listed number with one zero too many.
    let again = international(e164(&parsed).trim_start_matches('+'))?.0;
    let certainty = if e164(&again) == e164(&parsed) { Certainty::Unlisted } else { Certainty::Ambiguous };
    Some((again, certainty))
}

fn international(digits: &str) -> Option<(Parsed, Certainty)> {
    let parsed = Parsed::parse(format!("+{digits}"), None).ok()?;
    let dial_code = parsed.country_code.to_string();
    let as_written = today(parsed);
    if matches!(as_written, Some((_, Certainty::Sure))) {
        return as_written;
    }
    // `+420 0601…`: a zero as for calls inside the country, which the metadata does not know everywhere.
    let without_zero = digits.strip_prefix(&dial_code).and_then(|national| national.strip_prefix('0'));
    let shorter = without_zero.and_then(|national| Parsed::parse(format!("+{dial_code}{national}"), None).ok());
    shorter.and_then(today).filter(|(_, certainty)| *certainty == Certainty::Sure).or(as_written)
}

/// Of the number at home and the one whose plus was left out, as autofill does: the one that exists. Where both do, it is
/// more likely that a plus is missing than that a number begins with the digits of a country.
fn of_two(at_home: Option<(Parsed, Certainty)>, abroad: Option<(Parsed, Certainty)>) -> Option<(Parsed, Certainty)> {
    let Some((abroad, Certainty::Sure)) = abroad else { return at_home };
    match at_home {
        Some((at_home, Certainty::Sure)) if !is_same_country(&at_home, &abroad) => Some((at_home, Certainty::Sure)),
        Some((at_home, _)) if e164(&at_home) == e164(&abroad) => Some((at_home, Certainty::Sure)),
        _ => Some((abroad, Certainty::Ambiguous)),
    }
}

fn is_same_country(one: &Parsed, other: &Parsed) -> bool {
    one.country_code == other.country_code
}

/// The number in the form of today, if its length is right.
fn today(parsed: Parsed) -> Option<(Parsed, Certainty)> {
    let parsed = renewed(&parsed).unwrap_or(parsed);
    if parsed.is_valid() {
        return Some((parsed, Certainty::Sure));
    }
    let is_possible = PHONE_NUMBER_UTIL.is_possible_number_for_type(&parsed, PhoneNumberType::Mobile);
    (is_possible && reads_as_itself(&parsed)).then_some((parsed, Certainty::Unlisted))
}

/// Each parsing strips one of several leading zeros: no such number exists.
fn reads_as_itself(parsed: &Parsed) -> bool {
    let e164 = e164(parsed);
    Parsed::parse(&e164, None).is_ok_and(|again| self::e164(&again) == e164)
}

fn renewed(parsed: &Parsed) -> Option<Parsed> {
    let dial_code = parsed.country_code.to_string();
    let national = e164(parsed).trim_start_matches('+').strip_prefix(&dial_code)?.to_owned();
    let renewed = Parsed::parse(format!("+{}", old_forms::today(&dial_code, &national)?), None).ok()?;
    renewed.is_valid().then_some(renewed)
}

fn e164(number: &Parsed) -> String {
    number.format_as(PhoneNumberFormat::E164).into_owned()
}

/// Territories whose numbers are dialled like those of a country, and that are usually counted as part of it.
const DEPENDENCIES: [(&str, &[&str]); 7] = [
    ("AU", &["CC", "CX"]),
    ("FI", &["AX"]),
    ("FR", &["BL", "GF", "GP", "MF", "MQ", "RE", "YT"]),
    ("GB", &["GG", "IM", "JE"]),
    ("IT", &["VA"]),
    ("NO", &["SJ"]),
    ("US", &["AS", "GU", "MP", "PR", "VI"]),
];

fn is_in(number: &Parsed, country: Country) -> bool {
    let Some(region) = region_of(number) else { return false };
    let is_its_own =
        |(of, territories): &(&str, &[&str])| *of == country.iso() && territories.contains(&region.as_str());
    region == country.iso() || DEPENDENCIES.iter().any(is_its_own)
}

/// A number that the metadata does not list is of the country that its dialling code is named after.
fn region_of(number: &Parsed) -> Option<String> {
    let region = number.get_region_code();
    let region = region.or_else(|| PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code));
    region.map(|region| region.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn certainly(typed: &str, country: &str) -> Result<(String, Certainty), Refusal> {
        let country = Country::from_iso(country).map_err(|_| Refusal::Unexpected)?;
        read(typed, country, ALL).map(|number| (number.e164.as_str().to_owned(), number.certainty))
    }

    fn e164(typed: &str, country: &str) -> Result<String, Refusal> {
        certainly(typed, country).map(|(number, _)| number)
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
    fn a_number_has_a_country_or_none() {
        for (number, country) in [
            ("+14155552671", Some("US")),
            ("+17875552671", Some("PR")),
            ("+447400123456", Some("GB")),
            ("+447911123456", Some("GG")),
            ("+870773111632", None),
            ("+99912345678", None),
        ] {
            let found = country_of(&PhoneNumber::parse(number).unwrap());
            assert_eq!(found.as_ref().map(Country::iso), country, "{number}");
        }
    }

    /// Whatever else depends on libphonenumber could turn `regex` on, and with it hundreds of megabytes. `regex` alone takes
    /// the Kelvin sign for a letter k.
    #[test]
    fn libphonenumber_compiles_its_expressions_with_regex_lite() {
        assert!(Parsed::parse("+2471123k4", None).is_ok());
        assert!(Parsed::parse("+2471123\u{212a}4", None).is_err());
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        for typed in ["123", "hello", "+999 123 456 789", "+1 415 555 267", "415 555 2671 000", &"1".repeat(500)] {
            assert_eq!(e164(typed, "US"), Err(Refusal::PhoneNumberInvalid), "{typed}");
        }
        assert_eq!(e164("  ", "US"), Err(Refusal::PhoneNumberMissing));
    }

    #[test]
    fn what_is_possible_is_asked_back() {
        for (typed, country, number) in [
            ("357 555 0123", "US", "+13575550123"),
            ("+1 924 555 0123", "DE", "+19245550123"),
            ("4545 0000", "HK", "+85245450000"),
            ("057 123 4567", "AE", "+971571234567"),
        ] {
            let read = certainly(typed, country).unwrap();
            assert_eq!(read, (number.to_owned(), Certainty::Unlisted), "{typed}");
        }
    }

    #[test]
    fn old_forms_are_those_of_today() {
        for (typed, country, number) in [
            ("+52 1 55 1234 5678", "US", "+525512345678"),
            ("044 55 1234 5678", "MX", "+525512345678"),
            ("01 55 1234 5678", "MX", "+525512345678"),
            ("+54 11 2345 6789", "US", "+5491123456789"),
            ("+54 9 11 2345 6789", "US", "+5491123456789"),
            ("011 15 2345 6789", "AR", "+5491123456789"),
            ("+229 97 12 34 56", "US", "+2290197123456"),
            ("+225 07 12 34 56", "US", "+2250707123456"),
            ("+225 05 12 34 56", "US", "+2250505123456"),
            ("+55 11 8123 4567", "US", "+5511981234567"),
            ("+56 8123 4567", "US", "+56981234567"),
            ("09 8123 4567", "CL", "+56981234567"),
            ("0162 123 4567", "VN", "+84321234567"),
            ("8 612 34567", "LT", "+37061234567"),
            ("0692 12 34 56", "FR", "+262692123456"),
            ("+33 690 00 12 34", "US", "+590690001234"),
        ] {
            assert_eq!(certainly(typed, country), Ok((number.to_owned(), Certainty::Sure)), "{typed}");
        }
    }

    #[test]
    fn a_plus_that_autofill_left_out_is_put_back_and_asked_about_where_it_is_in_doubt() {
        for (typed, country, number, certainty) in [
            ("447911123456", "GB", "+447911123456", Certainty::Sure),
            ("33612345678", "FR", "+33612345678", Certainty::Sure),
            ("8613800138000", "CN", "+8613800138000", Certainty::Sure),
            ("491711234567", "DE", "+491711234567", Certainty::Ambiguous),
            ("447911123456", "US", "+447911123456", Certainty::Ambiguous),
            ("9123456789", "IN", "+919123456789", Certainty::Sure),
            ("415 555 2671", "US", "+14155552671", Certainty::Sure),
        ] {
            assert_eq!(certainly(typed, country), Ok((number.to_owned(), certainty)), "{typed}");
        }
    }

    #[test]
    fn prefixes_extensions_and_marks_are_left_out() {
        for (typed, country) in [
            ("011 44 7911 123456", "US"),
            ("0044 7911 123456", "US"),
            ("010 44 7911 123456", "JP"),
            ("8~10 44 7911 123456", "RU"),
            ("000 44 7911 123456", "KE"),
            ("+44 07911 123456", "US"),
            ("tel:+44-7911-123456", "US"),
            ("+44 7911 123456 ext. 5", "US"),
            ("+44 7911 123456;ext=5", "US"),
            ("7911x123456;ext=44", "GB"),
            ("\u{feff}\u{200e}+44\u{202f}7911\u{a0}123456\u{202c}", "US"),
        ] {
            assert_eq!(e164(typed, country).as_deref(), Ok("+447911123456"), "{typed}");
        }
    }

    #[test]
    fn only_allowed_countries_are_texted() -> Result<(), Box<dyn std::error::Error>> {
        let allowed = [Country::from_iso("DE")?, Country::from_iso("AT")?];
        assert!(read("+49 1512 3456789", Country::default(), Served { countries: &allowed, ..ALL }).is_ok());
        assert_eq!(
            read("+1 415 555 2671", Country::default(), Served { countries: &allowed, ..ALL }).err(),
            Some(Refusal::CountryNotAllowed)
        );
        Ok(())
    }

    #[test]
    fn a_country_has_its_territories_with_it_and_no_other_country() -> Result<(), Box<dyn std::error::Error>> {
        for (typed, country, is_allowed) in [
            ("07911 123456", "GB", true),
            ("07797 712345", "GB", true),
            ("07624 312345", "GB", true),
            ("787 234 5678", "US", true),
            ("0692 12 34 56", "FR", true),
            ("876 234 5678", "US", false),
            ("204 234 5678", "US", false),
        ] {
            let country = Country::from_iso(country)?;
            assert_eq!(read(typed, country, Served { countries: &[country], ..ALL }).is_ok(), is_allowed, "{typed}");
        }
        Ok(())
    }

    #[test]
    fn numbers_that_someone_earns_from_get_no_code() {
        for (typed, country) in [
            ("+1 900 555 1234", "US"),
            ("0906 123 4567", "GB"),
            ("0900 1 123456", "DE"),
            ("0900 123456", "CH"),
            ("909 8790000", "GB"),
            ("070 1234 5678", "GB"),
            ("+1 800 555 1234", "US"),
            ("0800 123 4567", "DE"),
            ("+881 6 1234 5678", "US"),
            ("+883 5100 12345678", "US"),
            ("+870 773 111 632", "US"),
            ("+800 1234 5678", "US"),
            ("+979 1 2345 6789", "US"),
        ] {
            let country = Country::from_iso(country).unwrap();
            let refused = read(typed, country, ALL).err();
            assert!(
                matches!(refused, Some(Refusal::SpecialNumber | Refusal::PhoneNumberInvalid)),
                "{typed}: {refused:?}"
            );
        }
        for typed in ["+1 900 555 1234", "+881 6 1234 5678", "+883 5100 12345678", "+44 909 8790000", "+49 800 1234567"]
        {
            assert_eq!(read(typed, Country::default(), ALL).err(), Some(Refusal::SpecialNumber), "{typed}");
        }
    }

    #[test]
    fn landlines_get_a_code_only_where_the_app_says_so() {
        let served = Served { landlines: false, ..ALL };
        for landline in ["+49 30 123456", "+44 20 7946 0958", "+39 02 3661 8300"] {
            assert_eq!(read(landline, Country::default(), served).err(), Some(Refusal::Landline), "{landline}");
            assert!(read(landline, Country::default(), ALL).is_ok(), "{landline}");
        }
        // Nobody can tell these by their digits, or they are in no table yet.
        for other in ["+1 415 555 2671", "+49 1512 3456789", "+1 357 555 0123"] {
            assert!(read(other, Country::default(), served).is_ok(), "{other}");
        }
    }

    #[test]
    fn it_is_shown_with_spaces() -> Result<(), Refusal> {
        assert_eq!(read("4155552671", Country::default(), ALL)?.display, "+1 415 555 2671");
        Ok(())
    }

    #[test]
    fn only_the_same_number_is_written_as_previewed() -> Result<(), Refusal> {
        let number = read("0171 1234567", Country::supported("DE").map_err(|_| Refusal::Unexpected)?, ALL)?;
        assert_eq!(number.display, "+49 171 1234567");
        for (previewed, display) in [
            ("+49 1711 234567", "+49 1711 234567"),
            ("+49 1711 234568", "+49 171 1234567"),
            ("+49 1711 <b>234567</b>", "+49 171 1234567"),
            (&format!("+49 1711{}234567", " ".repeat(32)), "+49 171 1234567"),
            ("", "+49 171 1234567"),
        ] {
            assert_eq!(number.clone().written_as(previewed).display, display, "{previewed}");
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn no_input_breaks_it(typed in ".*") {
            if let Ok(number) = read(&typed, Country::default(), ALL) {
                prop_assert!(number.e164.as_str().len() <= 16);
            }
        }
    }
}
