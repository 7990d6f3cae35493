//! How many texts may be asked for, and to where.

/// Limits on `/passwordless/start`, against SMS pumping and enumeration; `0` lifts a limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Codes that one address may ask for in an hour without a client secret (Auth0: 50).
    pub starts_per_ip_hour: u32,
    /// Codes that may be sent to one phone number in an hour.
    pub starts_per_phone_hour: u32,
    /// ISO 3166 codes, upper case, of the countries that may be texted; `None` allows all.
    pub countries: Option<Vec<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { starts_per_ip_hour: 50, starts_per_phone_hour: 10, countries: None }
    }
}
