//! How many codes are sent in an hour at most, whoever requests them.

use super::{Config, Mode};

/// Some 50 to 100 dollars of messages; three times what 50,000 users who sign in once a week need on average.
const IN_PUBLIC: u32 = 1000;

/// SMS pumping takes the dearest countries, one at a time.
const PER_COUNTRY_IN_PUBLIC: u32 = 300;

impl Config {
    /// Codes an hour; 0 is no cap.
    pub(crate) fn cap(&self) -> u32 {
        self.limit_starts_total_hour.unwrap_or_else(|| self.in_public(IN_PUBLIC))
    }

    /// Codes an hour to one country; 0 is no cap.
    pub(crate) fn cap_per_country(&self) -> u32 {
        self.limit_starts_per_country_hour.unwrap_or_else(|| self.in_public(PER_COUNTRY_IN_PUBLIC))
    }

    /// On loopback only the developer requests codes.
    fn in_public(&self, cap: u32) -> u32 {
        if self.public_address(Mode::Both).is_some() { cap } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser;

    /// The cap in all, and that of a country.
    fn caps(arguments: &[&str]) -> Option<(u32, u32)> {
        let cli = Cli::try_parse_from(["passwordless"].iter().chain(arguments)).ok()?;
        Some((cli.config.cap(), cli.config.cap_per_country()))
    }

    #[test]
    fn caps_are_there_in_public_unless_they_are_lifted() {
        let lifted = ["--limit-starts-total-hour", "0", "--limit-starts-per-country-hour", "0"];
        assert_eq!(caps(&[]), Some((0, 0)));
        assert_eq!(caps(&["--limit-starts-total-hour", "7"]), Some((7, 0)));
        for public in [
            ["--leptos-site-addr", "0.0.0.0:3000"],
            ["--app-base-url", "https://app.example.com"],
            ["--tenant-addr", "0.0.0.0:3001"],
            ["--tenant-public-url", "https://login.example.com"],
        ] {
            assert_eq!(caps(&public), Some((1000, 300)), "{public:?}");
            assert_eq!(caps(&[&public[..], &lifted].concat()), Some((0, 0)), "{public:?}");
            let set = [&public[..], &["--limit-starts-total-hour", "5000"]].concat();
            assert_eq!(caps(&set), Some((5000, 300)), "{public:?}");
        }
    }
}
