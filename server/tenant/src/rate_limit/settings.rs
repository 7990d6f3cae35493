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

impl ProofOfWork {
    /// Whether a request has to come with one. A browser that is known to be the number's owner's takes no part in an attack.
    pub(crate) fn is_needed(self, is_under_attack: bool, is_known: bool) -> bool {
        match self {
            Self::Never => false,
            Self::UnderAttack => is_under_attack && !is_known,
            Self::Always => true,
        }
    }
}

/// Limits on `/passwordless/start`, against SMS pumping and enumeration; `0` lifts a limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Codes that one address may request in an hour without a client secret (Auth0: 50).
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
            proof_of_work: ProofOfWork::default(),
        }
    }
}
