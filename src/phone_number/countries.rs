//! The countries a phone number can belong to: ISO 3166 code, dialling code, English name.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A country or territory with its own dialling code, by its ISO 3166 code.
///
/// ```
/// use leptos_passwordless::Country;
///
/// let country = Country::from_iso("gb")?;
/// assert_eq!((country.iso(), country.dial_code(), country.name()), ("GB", 44, "United Kingdom"));
/// # Ok::<(), leptos_passwordless::UnknownCountry>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Country(&'static Row);

/// No country has this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the ISO 3166 code of a country with a dialling code")]
pub struct UnknownCountry;

impl Country {
    /// The country with this two-letter code, in upper or lower case.
    ///
    /// # Errors
    /// [`UnknownCountry`] if there is none.
    pub fn from_iso(code: &str) -> Result<Self, UnknownCountry> {
        ROWS.iter().find(|row| row.iso.eq_ignore_ascii_case(code)).map(Self).ok_or(UnknownCountry)
    }

    /// Every country, by English name.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self)
    }

    /// The ISO 3166 code, such as `US`.
    pub fn iso(self) -> &'static str {
        self.0.iso
    }

    /// The dialling code, such as 1.
    pub fn dial_code(self) -> u16 {
        self.0.dial_code
    }

    /// The English name.
    pub fn name(self) -> &'static str {
        self.0.name
    }
}

impl Default for Country {
    /// The United States, which Lock falls back to as well.
    fn default() -> Self {
        Self(&UNITED_STATES)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.iso())
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_iso(&code)
    }
}

impl From<Country> for &'static str {
    fn from(country: Country) -> Self {
        country.iso()
    }
}

#[derive(PartialEq, Eq)]
struct Row {
    iso: &'static str,
    dial_code: u16,
    name: &'static str,
}

const fn row(iso: &'static str, dial_code: u16, name: &'static str) -> Row {
    Row { iso, dial_code, name }
}

static UNITED_STATES: Row = row("US", 1, "United States");

static ROWS: &[Row] = &[
    row("AF", 93, "Afghanistan"),
    row("AX", 358, "Åland Islands"),
    row("AL", 355, "Albania"),
    row("DZ", 213, "Algeria"),
    row("AS", 1, "American Samoa"),
    row("AD", 376, "Andorra"),
    row("AO", 244, "Angola"),
    row("AI", 1, "Anguilla"),
    row("AG", 1, "Antigua & Barbuda"),
    row("AR", 54, "Argentina"),
    row("AM", 374, "Armenia"),
    row("AW", 297, "Aruba"),
    row("AC", 247, "Ascension Island"),
    row("AU", 61, "Australia"),
    row("AT", 43, "Austria"),
    row("AZ", 994, "Azerbaijan"),
    row("BS", 1, "Bahamas"),
    row("BH", 973, "Bahrain"),
    row("BD", 880, "Bangladesh"),
    row("BB", 1, "Barbados"),
    row("BY", 375, "Belarus"),
    row("BE", 32, "Belgium"),
    row("BZ", 501, "Belize"),
    row("BJ", 229, "Benin"),
    row("BM", 1, "Bermuda"),
    row("BT", 975, "Bhutan"),
    row("BO", 591, "Bolivia"),
    row("BA", 387, "Bosnia & Herzegovina"),
    row("BW", 267, "Botswana"),
    row("BR", 55, "Brazil"),
    row("IO", 246, "British Indian Ocean Territory"),
    row("VG", 1, "British Virgin Islands"),
    row("BN", 673, "Brunei"),
    row("BG", 359, "Bulgaria"),
    row("BF", 226, "Burkina Faso"),
    row("BI", 257, "Burundi"),
    row("KH", 855, "Cambodia"),
    row("CM", 237, "Cameroon"),
    row("CA", 1, "Canada"),
    row("CV", 238, "Cape Verde"),
    row("BQ", 599, "Caribbean Netherlands"),
    row("KY", 1, "Cayman Islands"),
    row("CF", 236, "Central African Republic"),
    row("TD", 235, "Chad"),
    row("CL", 56, "Chile"),
    row("CN", 86, "China"),
    row("CX", 61, "Christmas Island"),
    row("CC", 61, "Cocos (Keeling) Islands"),
    row("CO", 57, "Colombia"),
    row("KM", 269, "Comoros"),
    row("CG", 242, "Congo - Brazzaville"),
    row("CD", 243, "Congo - Kinshasa"),
    row("CK", 682, "Cook Islands"),
    row("CR", 506, "Costa Rica"),
    row("CI", 225, "Côte d’Ivoire"),
    row("HR", 385, "Croatia"),
    row("CU", 53, "Cuba"),
    row("CW", 599, "Curaçao"),
    row("CY", 357, "Cyprus"),
    row("CZ", 420, "Czechia"),
    row("DK", 45, "Denmark"),
    row("DJ", 253, "Djibouti"),
    row("DM", 1, "Dominica"),
    row("DO", 1, "Dominican Republic"),
    row("EC", 593, "Ecuador"),
    row("EG", 20, "Egypt"),
    row("SV", 503, "El Salvador"),
    row("GQ", 240, "Equatorial Guinea"),
    row("ER", 291, "Eritrea"),
    row("EE", 372, "Estonia"),
    row("SZ", 268, "Eswatini"),
    row("ET", 251, "Ethiopia"),
    row("FK", 500, "Falkland Islands"),
    row("FO", 298, "Faroe Islands"),
    row("FJ", 679, "Fiji"),
    row("FI", 358, "Finland"),
    row("FR", 33, "France"),
    row("GF", 594, "French Guiana"),
    row("PF", 689, "French Polynesia"),
    row("GA", 241, "Gabon"),
    row("GM", 220, "Gambia"),
    row("GE", 995, "Georgia"),
    row("DE", 49, "Germany"),
    row("GH", 233, "Ghana"),
    row("GI", 350, "Gibraltar"),
    row("GR", 30, "Greece"),
    row("GL", 299, "Greenland"),
    row("GD", 1, "Grenada"),
    row("GP", 590, "Guadeloupe"),
    row("GU", 1, "Guam"),
    row("GT", 502, "Guatemala"),
    row("GG", 44, "Guernsey"),
    row("GN", 224, "Guinea"),
    row("GW", 245, "Guinea-Bissau"),
    row("GY", 592, "Guyana"),
    row("HT", 509, "Haiti"),
    row("HN", 504, "Honduras"),
    row("HK", 852, "Hong Kong"),
    row("HU", 36, "Hungary"),
    row("IS", 354, "Iceland"),
    row("IN", 91, "India"),
    row("ID", 62, "Indonesia"),
    row("IR", 98, "Iran"),
    row("IQ", 964, "Iraq"),
    row("IE", 353, "Ireland"),
    row("IM", 44, "Isle of Man"),
    row("IL", 972, "Israel"),
    row("IT", 39, "Italy"),
    row("JM", 1, "Jamaica"),
    row("JP", 81, "Japan"),
    row("JE", 44, "Jersey"),
    row("JO", 962, "Jordan"),
    row("KZ", 7, "Kazakhstan"),
    row("KE", 254, "Kenya"),
    row("KI", 686, "Kiribati"),
    row("XK", 383, "Kosovo"),
    row("KW", 965, "Kuwait"),
    row("KG", 996, "Kyrgyzstan"),
    row("LA", 856, "Laos"),
    row("LV", 371, "Latvia"),
    row("LB", 961, "Lebanon"),
    row("LS", 266, "Lesotho"),
    row("LR", 231, "Liberia"),
    row("LY", 218, "Libya"),
    row("LI", 423, "Liechtenstein"),
    row("LT", 370, "Lithuania"),
    row("LU", 352, "Luxembourg"),
    row("MO", 853, "Macao"),
    row("MG", 261, "Madagascar"),
    row("MW", 265, "Malawi"),
    row("MY", 60, "Malaysia"),
    row("MV", 960, "Maldives"),
    row("ML", 223, "Mali"),
    row("MT", 356, "Malta"),
    row("MH", 692, "Marshall Islands"),
    row("MQ", 596, "Martinique"),
    row("MR", 222, "Mauritania"),
    row("MU", 230, "Mauritius"),
    row("YT", 262, "Mayotte"),
    row("MX", 52, "Mexico"),
    row("FM", 691, "Micronesia"),
    row("MD", 373, "Moldova"),
    row("MC", 377, "Monaco"),
    row("MN", 976, "Mongolia"),
    row("ME", 382, "Montenegro"),
    row("MS", 1, "Montserrat"),
    row("MA", 212, "Morocco"),
    row("MZ", 258, "Mozambique"),
    row("MM", 95, "Myanmar (Burma)"),
    row("NA", 264, "Namibia"),
    row("NR", 674, "Nauru"),
    row("NP", 977, "Nepal"),
    row("NL", 31, "Netherlands"),
    row("NC", 687, "New Caledonia"),
    row("NZ", 64, "New Zealand"),
    row("NI", 505, "Nicaragua"),
    row("NE", 227, "Niger"),
    row("NG", 234, "Nigeria"),
    row("NU", 683, "Niue"),
    row("NF", 672, "Norfolk Island"),
    row("KP", 850, "North Korea"),
    row("MK", 389, "North Macedonia"),
    row("MP", 1, "Northern Mariana Islands"),
    row("NO", 47, "Norway"),
    row("OM", 968, "Oman"),
    row("PK", 92, "Pakistan"),
    row("PW", 680, "Palau"),
    row("PS", 970, "Palestinian Territories"),
    row("PA", 507, "Panama"),
    row("PG", 675, "Papua New Guinea"),
    row("PY", 595, "Paraguay"),
    row("PE", 51, "Peru"),
    row("PH", 63, "Philippines"),
    row("PL", 48, "Poland"),
    row("PT", 351, "Portugal"),
    row("PR", 1, "Puerto Rico"),
    row("QA", 974, "Qatar"),
    row("RE", 262, "Réunion"),
    row("RO", 40, "Romania"),
    row("RU", 7, "Russia"),
    row("RW", 250, "Rwanda"),
    row("WS", 685, "Samoa"),
    row("SM", 378, "San Marino"),
    row("ST", 239, "São Tomé & Príncipe"),
    row("SA", 966, "Saudi Arabia"),
    row("SN", 221, "Senegal"),
    row("RS", 381, "Serbia"),
    row("SC", 248, "Seychelles"),
    row("SL", 232, "Sierra Leone"),
    row("SG", 65, "Singapore"),
    row("SX", 1, "Sint Maarten"),
    row("SK", 421, "Slovakia"),
    row("SI", 386, "Slovenia"),
    row("SB", 677, "Solomon Islands"),
    row("SO", 252, "Somalia"),
    row("ZA", 27, "South Africa"),
    row("KR", 82, "South Korea"),
    row("SS", 211, "South Sudan"),
    row("ES", 34, "Spain"),
    row("LK", 94, "Sri Lanka"),
    row("BL", 590, "St. Barthélemy"),
    row("SH", 290, "St. Helena"),
    row("KN", 1, "St. Kitts & Nevis"),
    row("LC", 1, "St. Lucia"),
    row("MF", 590, "St. Martin"),
    row("PM", 508, "St. Pierre & Miquelon"),
    row("VC", 1, "St. Vincent & Grenadines"),
    row("SD", 249, "Sudan"),
    row("SR", 597, "Suriname"),
    row("SJ", 47, "Svalbard & Jan Mayen"),
    row("SE", 46, "Sweden"),
    row("CH", 41, "Switzerland"),
    row("SY", 963, "Syria"),
    row("TW", 886, "Taiwan"),
    row("TJ", 992, "Tajikistan"),
    row("TZ", 255, "Tanzania"),
    row("TH", 66, "Thailand"),
    row("TL", 670, "Timor-Leste"),
    row("TG", 228, "Togo"),
    row("TK", 690, "Tokelau"),
    row("TO", 676, "Tonga"),
    row("TT", 1, "Trinidad & Tobago"),
    row("TA", 290, "Tristan da Cunha"),
    row("TN", 216, "Tunisia"),
    row("TR", 90, "Türkiye"),
    row("TM", 993, "Turkmenistan"),
    row("TC", 1, "Turks & Caicos Islands"),
    row("TV", 688, "Tuvalu"),
    row("VI", 1, "U.S. Virgin Islands"),
    row("UG", 256, "Uganda"),
    row("UA", 380, "Ukraine"),
    row("AE", 971, "United Arab Emirates"),
    row("GB", 44, "United Kingdom"),
    row("US", 1, "United States"),
    row("UY", 598, "Uruguay"),
    row("UZ", 998, "Uzbekistan"),
    row("VU", 678, "Vanuatu"),
    row("VA", 39, "Vatican City"),
    row("VE", 58, "Venezuela"),
    row("VN", 84, "Vietnam"),
    row("WF", 681, "Wallis & Futuna"),
    row("EH", 212, "Western Sahara"),
    row("YE", 967, "Yemen"),
    row("ZM", 260, "Zambia"),
    row("ZW", 263, "Zimbabwe"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_country_is_listed_twice() {
        let codes: HashSet<_> = Country::all().map(Country::iso).collect();
        let names: HashSet<_> = Country::all().map(Country::name).collect();
        assert_eq!((codes.len(), names.len()), (ROWS.len(), ROWS.len()));
    }

    #[test]
    fn the_default_is_one_of_the_list() {
        assert_eq!(Country::from_iso("us"), Ok(Country::default()));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_table_is_libphonenumbers() {
        use rlibphonenumber::PHONE_NUMBER_UTIL;

        let theirs: HashSet<(String, i32)> = PHONE_NUMBER_UTIL
            .get_supported_regions()
            .filter_map(|region| Some((format!("{region:?}"), PHONE_NUMBER_UTIL.get_country_code_for_region(region)?)))
            .collect();
        let ours = Country::all().map(|c| (c.iso().to_owned(), i32::from(c.dial_code()))).collect();
        assert_eq!(theirs, ours);
    }
}
