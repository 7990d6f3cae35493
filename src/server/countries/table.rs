//! Writes `table.txt`, which has to be what libphonenumber says:
//!
//! ```sh
//! WRITE_COUNTRIES=1 cargo test -p leptos_passwordless --features ssr countries::table
//! ```

use super::{super::phone_number, TABLE, in_language};
use crate::{
    Country,
    country::Countries,
    phone_number::{preview, typed::Typed},
    server::languages::Language,
};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use std::{env, fs};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/countries/table.txt");

/// Prefixes that are dialled before a number inside its country.
const TRUNK_PREFIXES: [&str; 5] = ["06", "02", "8", "1", "0"];
/// Prefixes that are dialled before a number of another country; `00` almost everywhere.
const IDD_PREFIXES: [&str; 9] = ["00", "011", "010", "0011", "810", "001", "009", "119", "002"];

#[test]
fn the_table_is_what_libphonenumber_says() {
    let mut rows: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().map(row).collect();
    rows.sort();
    let table = rows.join("\n") + "\n";
    if env::var_os("WRITE_COUNTRIES").is_some() {
        fs::write(FILE, &table).unwrap();
        return;
    }
    assert_eq!(TABLE, table, "{FILE} is of another version of libphonenumber");
}

/// Every previewed number is the one that the server sends without asking back, however it is written.
#[test]
fn the_preview_agrees_with_the_server() {
    let countries = in_language(Language::default(), &[]);
    let mut national = 0;
    for region in PHONE_NUMBER_UTIL.get_supported_regions() {
        let country = Country::from_iso(&format!("{region:?}")).unwrap();
        let entry = countries.entry(country).unwrap();
        let Some(example) = Example::of(region, entry.dial_code) else { continue };
        let Example { e164, written, national: bare, .. } = &example;
        let previewed = |text: &str| preview::preview(&Typed::read(text, entry.idd), &entry);
        let (plain, dial_code) = (e164.trim_start_matches('+'), entry.dial_code);
        for typed in [
            e164.clone(),
            format!("+{dial_code} {bare}"),
            format!("00{plain}"),
            format!("{}{plain}", entry.idd.replace('?', "+")),
            format!("+{dial_code} (0) {bare}"),
            format!("+{dial_code} 0{bare}"),
            format!("{e164} ext. 12"),
            format!("\u{200e}{written}\u{202c}"),
            written.clone(),
            bare.clone(),
            plain.to_owned(),
        ] {
            let Some(shown) = previewed(&typed) else { continue };
            let read =
                phone_number::read(&typed, country, phone_number::ALL).map(|number| (number.e164, number.certainty));
            let shown = crate::PhoneNumber::parse(&shown.replace(' ', "")).unwrap();
            assert_eq!(read, Ok((shown, phone_number::Certainty::Sure)), "{region:?} {typed}");
        }
        let display = phone_number::read(e164, country, phone_number::ALL).map(|number| number.display);
        assert_eq!(previewed(e164), display.ok(), "{region:?}");
        national += usize::from(previewed(written).is_some());
    }
    assert!(national > 230, "only {national} regions have a preview of national numbers");
}

/// A line of the table, as `CountryEntry` reads it: where removing a prefix does not make a national number an
/// international one, `?` is the trunk prefix; without an example of a mobile number, its length is 0.
fn row(region: Region) -> String {
    let country = Country::from_iso(&format!("{region:?}")).unwrap();
    let dial_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region).unwrap();
    let is_main = PHONE_NUMBER_UTIL.get_region_for_country_code(dial_code) == Some(region);
    let dial_code = dial_code.to_string();
    let example = Example::of(region, &dial_code);
    let idd = idd(region);
    let length = example.as_ref().map_or(0, |example| example.national.len()).to_string();
    let groups = example.as_ref().map_or_else(|| "a".to_owned(), Example::groups);
    let trunk_prefix = example.and_then(|example| example.trunk_prefix(country, &dial_code, idd)).unwrap_or("?");
    let is_main = if is_main { "1" } else { "0" };
    [country.iso(), &dial_code, trunk_prefix, idd, &length, &groups, is_main].join("|")
}

/// The international prefix by which libphonenumber reads foreign numbers.
fn idd(region: Region) -> &'static str {
    let is_read = |prefix: &&str| {
        let foreign = if region == Region::NZ { "61412345678" } else { "6421123456" };
        let read = PhoneNumber::parse(format!("{prefix}{foreign}"), Some(region));
        read.is_ok_and(|number| number.format_as(PhoneNumberFormat::E164).trim_start_matches('+') == foreign)
    };
    let found: Vec<_> = IDD_PREFIXES.into_iter().filter(is_read).collect();
    match found[..] {
        ["00"] => "",
        ["00", ..] | [] => "?",
        [first, ..] => first,
    }
}

/// libphonenumber's own example of a mobile number.
struct Example {
    region: Region,
    e164: String,
    /// As it is written inside the country.
    written: String,
    /// Without the dialling code.
    national: String,
    /// As it is written abroad.
    international: String,
}

impl Example {
    fn of(region: Region, dial_code: &str) -> Option<Self> {
        let number = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile).ok()?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        let national = e164.trim_start_matches('+').strip_prefix(dial_code)?.to_owned();
        let written = number.format_as(PhoneNumberFormat::National).into_owned();
        let international = number.format_as(PhoneNumberFormat::International).into_owned();
        Some(Self { region, e164, written, national, international })
    }

    /// How libphonenumber groups it.
    fn groups(&self) -> String {
        let groups = self.international.split(|c: char| !c.is_ascii_digit());
        let (mut starts, mut position) = (String::new(), b'a');
        for group in groups.filter(|group| !group.is_empty()).skip(1) {
            starts.push(char::from(position));
            position += u8::try_from(group.len()).unwrap_or_default();
        }
        starts
    }

    /// The prefix that a national number loses abroad; `None` if removing a prefix is not enough.
    fn trunk_prefix(&self, country: Country, dial_code: &str, idd: &str) -> Option<&'static str> {
        let is_read = |prefix: &&str| {
            let read = PhoneNumber::parse(format!("{prefix}{}", self.national), Some(self.region));
            read.is_ok_and(|number| number.format_as(PhoneNumberFormat::E164) == self.e164)
        };
        let prefix = TRUNK_PREFIXES.into_iter().find(is_read).unwrap_or("");
        let row = format!("{}|{dial_code}|{prefix}|{idd}|{}|a|0||", country.iso(), self.national.len());
        let previewed = preview::preview(&Typed::read(&self.written, idd), &Countries(row).entry(country)?)?;
        (previewed.replace(' ', "") == self.e164).then_some(prefix)
    }
}
