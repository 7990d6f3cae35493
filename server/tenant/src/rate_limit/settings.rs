//! How many codes may be requested, and for which countries.

/// Whether a code is sent only for a proof of work: the client calculates for a moment, or waits a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProofOfWork {
    /// Never.
    Never,
    /// While too many of the codes that are sent are never entered.
    #[default]
    UnderAttack,
    /// Always.
    Always,
}

/// Limits on `/passwordless/start`, against SMS pumping and enumeration; `0` lifts a limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Codes that one address may request in an hour without a client secret (Auth0: 50); in IPv6 a /64, and a /48 four times
    /// as many.
    pub starts_per_ip_hour: u32,
    /// Codes that may be sent to one phone number in an hour; `0` lifts the growing delay between them, and the stricter
    /// limits on numbers that no table has in service, too.
    pub starts_per_phone_hour: u32,
    /// Codes that may be sent to all numbers of one country in an hour.
    pub starts_per_country_hour: u32,
    /// Codes that may be sent in an hour at all.
    pub starts_total_hour: u32,
    /// ISO 3166 codes, upper case, of the countries that may be texted, with their territories; `None` allows all.
    pub countries: Option<Vec<String>>,
    /// Whether landlines may be texted.
    pub landlines: bool,
    /// Whether prefixes whose codes are not entered are slowed and stopped.
    pub pumping_breaker: bool,
    /// Whether a code is sent only for a proof of work.
    pub proof_of_work: ProofOfWork,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            starts_per_ip_hour: 50,
            starts_per_phone_hour: 10,
            starts_per_country_hour: 0,
            starts_total_hour: 0,
            countries: None,
            landlines: false,
            pumping_breaker: true,
            proof_of_work: ProofOfWork::default(),
        }
    }
}
