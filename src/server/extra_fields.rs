use std::{collections::HashMap, fmt};

/// More than any form needs; a CAPTCHA token has up to 4 kB or so.
const MAX_COUNT: usize = 16;
const MAX_NAME: usize = 64;
const MAX_VALUE: usize = 8 * 1024;

/// The fields that an app adds to the forms of the dialog, named `extra[…]`: a CAPTCHA token as `extra[captcha]`, an
/// invitation as `extra[invitation]`. Users can put anything into them.
///
/// A form may have 16 of them, with names of up to 64 bytes and values of up to 8 KiB; one with more is answered with 400.
/// `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExtraFields(HashMap<String, String>);

impl ExtraFields {
    /// The value of the field `extra[name]`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Takes the fields of a form, unless they are too many or too long.
    pub(crate) fn of_form(fields: HashMap<String, String>) -> Option<Self> {
        let is_short = |(name, value): (&String, &String)| name.len() <= MAX_NAME && value.len() <= MAX_VALUE;
        let is_bounded = fields.len() <= MAX_COUNT && fields.iter().all(is_short);
        is_bounded.then_some(Self(fields))
    }
}

impl fmt::Debug for ExtraFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
