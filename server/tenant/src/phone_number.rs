//! Phone numbers in E.164.

use std::{fmt, sync::OnceLock};

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber as Read, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};

/// Territories that share the dialling code of a country, and count as that country.
const TERRITORIES: [(&str, &[&str]); 7] = [
    ("AU", &["CC", "CX"]),
    ("FI", &["AX"]),
    ("FR", &["BL", "GF", "GP", "MF", "MQ", "RE", "YT"]),
    ("GB", &["GG", "IM", "JE"]),
    ("IT", &["VA"]),
    ("NO", &["SJ"]),
    ("US", &["AS", "GU", "MP", "PR", "VI"]),
];

/// In place of a country where a number is of none.
const NONE: &str = "none";

/// Country codes of satellites, networks of no country, and numbers that the called party pays for.
const OF_NO_COUNTRY: [i32; 9] = [800, 808, 870, 878, 881, 882, 883, 888, 979];

/// What can be told of a number by its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A mobile, or nobody can tell.
    Personal,
    Landline,
    /// Premium rate, shared cost, toll-free, universal access, pager, voicemail, personal number, satellite: someone earns
    /// from messages to it, or nobody reads them.
    Special,
}

/// A number in E.164, which matches `^\+[0-9]{1,15}$`, Auth0's rule for the API. Its `Debug` form shows no digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct PhoneNumber {
    e164: String,
    /// As libphonenumber reads it, which it is asked for once.
    read: OnceLock<Option<Read>>,
}

impl PhoneNumber {
    /// Takes the number as the API has it: checked, and corrected in its old forms only. A second way to write the same
    /// number, such as with the zero of calls within the country (`+4407…`), is refused: whoever has it would be two
    /// people, with twice the codes and the tries.
    ///
    /// It must be possible, that is of the country's length. Whether it is in service is not asked: new ranges are
    /// younger than every table of them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = Self::stored(&in_todays_form(text.to_owned()))?;
        let read = number.read()?;
        let is_possible = read.is_possible_with_reason() == Ok(NumberLengthType::IsPossible);
        (is_possible && read.format_as(PhoneNumberFormat::E164) == number.e164).then_some(number)
    }

    /// A number from the store: it was validated when it was stored, by the rules of that time.
    pub(crate) fn stored(text: &str) -> Option<Self> {
        Self::fits_pattern(text).then(|| Self::from(text.to_owned()))
    }

    fn read(&self) -> Option<&Read> {
        self.read.get_or_init(|| PHONE_NUMBER_UTIL.parse(&self.e164, None).ok()).as_ref()
    }

    /// Auth0's rule.
    pub(crate) fn fits_pattern(text: &str) -> bool {
        let is_number =
            |digits: &str| (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        text.strip_prefix('+').is_some_and(is_number)
    }

    /// Whether libphonenumber's table has the number in service. It is never quite up to date.
    pub(crate) fn is_valid(&self) -> bool {
        self.read().is_some_and(Read::is_valid)
    }

    /// What libphonenumber's table says that it is.
    pub(crate) fn kind(&self) -> Kind {
        let Some(number) = self.read() else { return Kind::Personal };
        if OF_NO_COUNTRY.contains(&number.country_code) {
            return Kind::Special;
        }
        match number.get_type() {
            PhoneNumberType::PremiumRate
            | PhoneNumberType::SharedCost
            | PhoneNumberType::TollFree
            | PhoneNumberType::UAN
            | PhoneNumberType::Pager
            | PhoneNumberType::VoiceMail
            | PhoneNumberType::PersonalNumber => Kind::Special,
            PhoneNumberType::FixedLine => Kind::Landline,
            _ => Kind::Personal,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.e164
    }

    /// Enough to recognise a number by, not enough to call it.
    pub(crate) fn masked(&self) -> String {
        let e164 = &self.e164;
        let digits = e164.len() - 1;
        let (start, end) = if digits >= 8 { (3, 2) } else { (1, 0) };
        let hidden = "•".repeat(e164.len() - start - end);
        format!("{}{hidden}{}", &e164[..start], &e164[e164.len() - end..])
    }

    /// The country (ISO 3166, upper case) that the number is of; where several share its code and no table has it, the
    /// one that the code is of first, such as the United States.
    pub(crate) fn country(&self) -> Option<String> {
        let number = self.read()?;
        let first = || PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code);
        number.get_region_code().or_else(first).map(|region| region.to_string())
    }

    /// The same for what counts by country: numbers of no country are counted together.
    pub(crate) fn country_or_none(&self) -> String {
        self.country().unwrap_or_else(|| NONE.to_owned())
    }

    /// The code that numbers of its country, or countries, begin with.
    pub(crate) fn dialling_code(&self) -> Option<i32> {
        self.read().map(|number| number.country_code)
    }

    /// Whether the number is of one of these countries, or of a territory of theirs.
    pub(crate) fn is_in(&self, countries: &[String]) -> bool {
        let Some(country) = self.country() else { return false };
        let owner = TERRITORIES.iter().find(|(_, territories)| territories.contains(&country.as_str()));
        countries.iter().any(|served| *served == country || owner.is_some_and(|(owner, _)| owner == served))
    }
}

/// Whether numbers of a country with this ISO 3166 code are known.
pub(crate) fn is_country(iso: &str) -> bool {
    PHONE_NUMBER_UTIL.get_supported_regions().any(|region| region.to_string() == iso)
}

/// Writes a mobile number as it is called today: Mexico dropped the 1 in 2019, Brazil put a 9 before its eight digits by
/// 2016, and Argentina's 9 is part of the number where texts go, though many leave it out. Each of them is one person.
fn in_todays_form(e164: String) -> String {
    let is_rest = |digits: &&str| digits.len() == 10;
    if let Some(rest) = e164.strip_prefix("+521").filter(is_rest) {
        return format!("+52{rest}");
    }
    // Those with 7 are trunked radios, which stayed as they were.
    let was_mobile = |(_, line): &(&str, &str)| line.len() == 8 && line.starts_with(['6', '8', '9']);
    if let Some((area, line)) = e164.strip_prefix("+55").and_then(|rest| rest.split_at_checked(2)).filter(was_mobile) {
        return format!("+55{area}9{line}");
    }
    let has_area_code = |digits: &&str| is_rest(digits) && digits.starts_with(['1', '2', '3']);
    if let Some(rest) = e164.strip_prefix("+54").filter(has_area_code) {
        return format!("+549{rest}");
    }
    e164
}

impl From<String> for PhoneNumber {
    fn from(e164: String) -> Self {
        Self { e164, read: OnceLock::new() }
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.e164
    }
}

impl PartialEq for PhoneNumber {
    fn eq(&self, other: &Self) -> bool {
        self.e164 == other.e164
    }
}

impl Eq for PhoneNumber {}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_takes_what_is_possible() {
        // In service, and in no table yet.
        let ranges = ["357", "436", "471", "621", "679", "861", "924"].map(|area| format!("+1{area}5550123"));
        let listed = ["+14155552671", "+85245450000", "+971571234567", "+8821612345678"].map(str::to_owned);
        for good in ranges.iter().chain(&listed) {
            let number = PhoneNumber::parse(good);
            assert_eq!(number.as_ref().map(PhoneNumber::as_str), Some(good.as_str()));
        }
        for impossible in [
            "+1",
            "+14",
            "+15551234",
            "+1415555267",
            "+141555526711",
            "+123456789012345",
            "+4479",
            "+0",
            "+0044791112345",
            "+01144791112345",
            "+999999999999999",
        ] {
            assert!(PhoneNumber::parse(impossible).is_none() && PhoneNumber::fits_pattern(impossible), "{impossible}");
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
    fn old_forms_of_a_number_are_the_number() {
        for (old, today) in [
            ("+5215512345678", "+525512345678"),
            ("+525512345678", "+525512345678"),
            ("+541123456789", "+5491123456789"),
            ("+551181234567", "+5511981234567"),
            ("+5511981234567", "+5511981234567"),
            ("+551171234567", "+551171234567"),
            ("+551123456789", "+551123456789"),
            ("+5491123456789", "+5491123456789"),
            ("+542944123456", "+5492944123456"),
            // Not a mobile number, and one that lacks a digit.
            ("+548001234567", "+548001234567"),
            ("+549112345678", "+549112345678"),
            ("+521551234567", "+521551234567"),
        ] {
            assert_eq!(PhoneNumber::parse(old).as_ref().map(PhoneNumber::as_str), Some(today), "{old}");
        }
    }

    #[test]
    fn kinds_are_told_where_the_digits_tell_them() {
        for (kind, numbers) in [
            (Kind::Personal, ["+14155552671", "+4915123456789", "+13575550123"]),
            (Kind::Landline, ["+4930123456", "+442079460958", "+390236618300"]),
            (Kind::Special, ["+19005551234", "+881612345678", "+88351001234567"]),
            (Kind::Special, ["+449061234567", "+18005551234", "+447012345678"]),
        ] {
            for number in numbers {
                assert_eq!(PhoneNumber::stored(number).map(|number| number.kind()), Some(kind), "{number}");
            }
        }
    }

    #[test]
    fn countries_are_told_by_the_number() {
        let german = PhoneNumber::parse("+4915123456789");
        assert!(german.as_ref().is_some_and(|number| number.is_in(&["DE".to_owned(), "AT".to_owned()])));
        assert!(german.is_some_and(|number| !number.is_in(&["US".to_owned()])));
        let new = PhoneNumber::parse("+13575550123");
        assert!(new.is_some_and(|number| number.is_in(&["US".to_owned()])));
    }

    #[test]
    fn a_masked_number_cannot_be_called() {
        for (number, masked) in [("+14155552671", "+14•••••••71"), ("+1415555", "+•••••••"), ("+1", "+•")]
        {
            assert_eq!(PhoneNumber::stored(number).map(|number| number.masked()).as_deref(), Some(masked));
        }
    }

    /// Every region that libphonenumber knows, by its own example of each kind of number that can be a person's.
    #[test]
    fn the_examples_of_every_region_are_understood() {
        let kinds = [PhoneNumberType::FixedLine, PhoneNumberType::Mobile];
        let mut regions = 0;
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let examples =
                kinds.map(|kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok());
            for example in examples.iter().flatten() {
                let e164 = example.format_as(PhoneNumberFormat::E164).into_owned();
                let number = PhoneNumber::parse(&e164);
                assert!(number.is_some(), "{region}");
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
        /// What the API takes is taken as it is, but for old forms, and shown to nobody whole; of all ways to write a
        /// number it takes one.
        #[test]
        fn the_api_changes_old_forms_only(text in "\\+?[0-9٣ ]{0,17}|\\+(1|44|49|52|521|54|549|55|852)[0-9]{6,12}") {
            let fits = text.len() <= 16 && text.len() > 1 && text.starts_with('+') && text[1..].bytes().all(|byte| byte.is_ascii_digit());
            proptest::prop_assert_eq!(PhoneNumber::fits_pattern(&text), fits);
            let number = PhoneNumber::parse(&text);
            proptest::prop_assert!(number.is_none() || fits);
            if let Some(number) = number {
                let is_as_it_was = number.as_str() == text || ["+521", "+54", "+55"].iter().any(|old| text.starts_with(old));
                proptest::prop_assert!(is_as_it_was);
                proptest::prop_assert!(PhoneNumber::parse(number.as_str()).as_ref() == Some(&number));
                let masked = number.masked();
                proptest::prop_assert!(masked.chars().count() == number.as_str().len() && masked != number.as_str());
                let _ = number.is_in(&[]);
            }
        }

        /// No country's code begins with a zero, and no number has more digits than its country's.
        #[test]
        fn what_is_no_number_of_the_world_is_refused(zero in "\\+0[0-9]{1,14}", more in "\\+1415555[0-9]{5,8}") {
            proptest::prop_assert!(PhoneNumber::parse(&zero).is_none());
            proptest::prop_assert!(PhoneNumber::parse(&more).is_none());
        }
    }
}
