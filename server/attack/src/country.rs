//! Countries: what an SMS costs there, and what mobile numbers look like.

use crate::{error::AttackError, random::Random};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType};

/// A country.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166.
    pub iso: &'static str,
    /// The price of a message, in millionths of a US dollar: assumed, of the size of providers' price lists.
    pub price: u64,
    /// Mobile numbers in E.164, with `#` for any digit.
    mask: &'static str,
}

const fn country(iso: &'static str, price: u64, mask: &'static str) -> Country {
    Country { iso, price, mask }
}

/// Where the honest live, one entry for each twenty-fifth of them. Two of fifty live where pumpers like to send to.
pub static HOMES: [&Country; 25] = [
    &US, &GB, &DE, &FR, &US, &GB, &DE, &IN, &US, &GB, &DE, &ES, &US, &GB, &DE, &FR, &US, &GB, &DE, &IT, &US, &US, &US,
    &BR, &ID,
];

/// Where messages are dear, so that someone on the way earns from them.
pub static DEAR: [&Country; 16] = [&ID, &PK, &BD, &LK, &UZ, &AZ, &NG, &DZ, &EG, &KZ, &TJ, &KH, &IQ, &TN, &GB, &DE];

static US: Country = country("US", 7_900, "+1##########");
static GB: Country = country("GB", 50_000, "+447#########");
static DE: Country = country("DE", 90_000, "+4915#########");
static FR: Country = country("FR", 75_000, "+336########");
static ES: Country = country("ES", 70_000, "+346########");
static IT: Country = country("IT", 80_000, "+393#########");
static IN: Country = country("IN", 60_000, "+919#########");
static BR: Country = country("BR", 45_000, "+55119########");
/// Indonesia: the country of the attacks on one.
pub static ID: Country = country("ID", 250_000, "+628#########");
static PK: Country = country("PK", 250_000, "+923#########");
static BD: Country = country("BD", 250_000, "+8801#########");
static LK: Country = country("LK", 220_000, "+947########");
static UZ: Country = country("UZ", 250_000, "+9989########");
static AZ: Country = country("AZ", 250_000, "+9945########");
static NG: Country = country("NG", 240_000, "+2348#########");
static DZ: Country = country("DZ", 240_000, "+2135########");
static EG: Country = country("EG", 200_000, "+201#########");
static KZ: Country = country("KZ", 200_000, "+77#########");
static TJ: Country = country("TJ", 250_000, "+9929########");
static KH: Country = country("KH", 200_000, "+85512######");
static IQ: Country = country("IQ", 230_000, "+9647#########");
static TN: Country = country("TN", 230_000, "+2162#######");

/// How many random numbers are tried until one is in service; of ten, one is.
const TRIES: u32 = 10_000;

/// Someone's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// In E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number after so many others of its block of 10,000.
    #[must_use]
    pub fn plus(&self, offset: u32) -> Self {
        let (block, _) = self.0.split_at(self.0.len().saturating_sub(4));
        Self(format!("{block}{:04}", offset % 10_000))
    }
}

impl Country {
    /// A mobile number in service, as far as tables know.
    ///
    /// # Errors
    /// [`AttackError::NoNumber`] if none is found.
    pub fn number(&self, random: &mut Random) -> Result<Number, AttackError> {
        let mut any = || self.mask.chars().map(|sign| if sign == '#' { random.digit() } else { sign }).collect();
        let number = (0..TRIES).map(|_| any()).find(|number: &String| self.has_mobile(number));
        number.map(Number).ok_or(AttackError::NoNumber(self.iso))
    }

    /// One whose whole block of 10,000 is in service, as far as its first and last numbers tell.
    ///
    /// # Errors
    /// [`AttackError::NoNumber`] if none is found.
    pub fn block(&self, random: &mut Random) -> Result<Number, AttackError> {
        for _ in 0..TRIES {
            let number = self.number(random)?.plus(0);
            if self.has_mobile(number.as_str()) && self.has_mobile(number.plus(9_999).as_str()) {
                return Ok(number);
            }
        }
        Err(AttackError::NoNumber(self.iso))
    }

    fn has_mobile(&self, number: &str) -> bool {
        let Ok(number) = PHONE_NUMBER_UTIL.parse(number, None) else { return false };
        let is_here = number.get_region_code().is_some_and(|region| region.to_string() == self.iso);
        is_here
            && number.is_valid()
            && matches!(number.get_type(), PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile)
    }
}

/// What a message to a number costs, in millionths of a US dollar.
pub fn price(number: &str) -> u64 {
    let fits = |country: &&&Country| {
        let start = country.mask.trim_end_matches('#');
        number.starts_with(start) && number.len() == country.mask.len()
    };
    HOMES.iter().chain(&DEAR).find(fits).map_or(0, |country| country.price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_service_and_have_their_countrys_price() -> Result<(), AttackError> {
        let mut random = Random::new(1);
        for country in HOMES.iter().chain(&DEAR) {
            let number = country.number(&mut random)?;
            let region = PHONE_NUMBER_UTIL.parse(number.as_str(), None).unwrap().get_region_code();
            assert_eq!(region.map(|region| region.to_string()).as_deref(), Some(country.iso), "{number:?}");
            assert_eq!(price(number.as_str()), country.price, "{number:?}");
        }
        Ok(())
    }

    #[test]
    fn block_is_counted_through() -> Result<(), AttackError> {
        let first = ID.block(&mut Random::new(1))?;
        assert!(first.as_str().ends_with("0000"));
        assert_eq!(first.plus(17).as_str(), first.as_str().replace("0000", "0017"));
        Ok(())
    }
}
