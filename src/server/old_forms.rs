//! Converts numbers of older numbering plans, which are still in address books, and forms that work only inside their
//! country, to those of today.

/// The number of today for one of an older numbering plan; both without a plus, `national` without its dialling code too.
///
/// Sources: the national numbering plans, as ITU-T's Operational Bulletin announced their changes.
pub(super) fn today(dial_code: &str, national: &str) -> Option<String> {
    let renewed = match (dial_code, national.len()) {
        ("225", 8) => ivorian(national),
        ("229", 8) => Some(format!("01{national}")),
        ("33", 9) => return overseas(national),
        ("52", _) => mexican(national),
        // A `9` before the number of a mobile, which codes go to.
        ("54", 10) | ("56", 8) => Some(format!("9{national}")),
        ("55", 10) => brazilian(national),
        ("56", 10) => national.strip_prefix('0').map(str::to_owned),
        ("84", 10) => vietnamese(national),
        _ => None,
    };
    renewed.map(|national| [dial_code, &national].concat())
}

/// Ivory Coast, 2021: two digits more, by operator, which the second digit identifies.
fn ivorian(national: &str) -> Option<String> {
    let operator = match national.get(1..2)? {
        "0" | "1" | "2" | "3" => "01",
        "4" | "5" | "6" => "05",
        _ => "07",
    };
    Some([operator, national].concat())
}

/// Mexico, 2019: the mobile `1` after `+52`, and `044`, `045`, `01` before calls inside the country.
fn mexican(national: &str) -> Option<String> {
    let old = ["044", "045", "01", "1"].into_iter().find_map(|prefix| national.strip_prefix(prefix));
    old.filter(|number| number.len() == 10).map(str::to_owned)
}

/// Brazil, 2012 to 2016: `9` after the area code of a mobile.
fn brazilian(national: &str) -> Option<String> {
    let (area, number) = national.split_at_checked(2)?;
    number.starts_with(['6', '7', '8', '9']).then(|| [area, "9", number].concat())
}

/// The mobiles of overseas France are dialled like those at home, and have dialling codes of their own.
fn overseas(national: &str) -> Option<String> {
    let dial_code = match national.get(..3)? {
        "639" | "692" | "693" => "262",
        "690" | "691" => "590",
        "694" => "594",
        "696" | "697" => "596",
        _ => return None,
    };
    Some([dial_code, national].concat())
}

/// Vietnam, 2018: eleven digits became ten.
fn vietnamese(national: &str) -> Option<String> {
    const CHANGED: [(&str, &str); 20] = [
        ("120", "70"),
        ("121", "79"),
        ("122", "77"),
        ("123", "83"),
        ("124", "84"),
        ("125", "85"),
        ("126", "76"),
        ("127", "81"),
        ("128", "78"),
        ("129", "82"),
        ("162", "32"),
        ("163", "33"),
        ("164", "34"),
        ("165", "35"),
        ("166", "36"),
        ("167", "37"),
        ("168", "38"),
        ("169", "39"),
        ("186", "56"),
        ("188", "58"),
    ];
    let (old, number) = national.split_at_checked(3)?;
    CHANGED.iter().find(|(before, _)| *before == old).map(|(_, after)| [after, number].concat())
}
