//! A summary of the configuration in words, without secrets.

use std::fmt::{self, Display};

use super::{Api, AuthMethod, Client, Connection, Micros, SenderConfig, TenantConfig};
use crate::sms::TwilioFrom;

impl Display for TenantConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.allowed_logout_urls.is_empty() {
            writeln!(formatter, "tenant\n  logout: {}", self.allowed_logout_urls.join(", "))?;
        }
        self.clients.iter().try_for_each(|client| write!(formatter, "{client}"))?;
        self.connections.iter().try_for_each(|connection| write!(formatter, "{connection}"))?;
        self.apis.iter().try_for_each(|api| write!(formatter, "{api}"))
    }
}

impl Display for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "client {} ({})", self.client_id, self.name)?;
        let proof = match self.auth_method {
            AuthMethod::None => "nothing: a public client",
            AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic => "its secret",
            AuthMethod::PrivateKeyJwt => "an assertion signed with its key",
        };
        writeln!(formatter, "  shows {proof}")?;
        for (name, values) in [
            ("grants", &self.grant_types),
            ("callbacks", &self.callbacks),
            ("logout", &self.allowed_logout_urls),
            ("origins", &self.allowed_origins),
        ] {
            if !values.is_empty() {
                writeln!(formatter, "  {name}: {}", values.join(", "))?;
            }
        }
        self.initiate_login_uri.iter().try_for_each(|url| writeln!(formatter, "  begins logins at {url}"))
    }
}

impl Display for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "connection {}", self.name)?;
        let clients = self.enabled_clients.as_ref().map_or_else(|| "all".to_owned(), |clients| clients.join(", "));
        writeln!(formatter, "  clients: {clients}")?;
        writeln!(formatter, "  codes: {} digits, good for {} seconds", self.code_length, self.code_lifetime.as_secs())?;
        let who = if self.disable_signup { "those who signed in before" } else { "everyone" };
        writeln!(formatter, "  open to: {who}")?;
        if let Some(budget) = &self.budget {
            let per_day = budget.per_day().map_or_else(|| "no limit in all".to_owned(), Micros::decimal);
            writeln!(formatter, "  budget: {per_day} a day, or as per_country_per_day says")?;
        }
        match &self.sender {
            Some(sender) => writeln!(formatter, "  sender: {sender}")?,
            None => writeln!(formatter, "  sender: the program's TWILIO_ settings, or the outbox without them")?,
        }
        self.fallback.iter().try_for_each(|sender| writeln!(formatter, "  then: {sender}"))
    }
}

impl Display for Api {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients = self.clients.as_ref().map_or_else(|| "all".to_owned(), |clients| clients.join(", "));
        writeln!(formatter, "API {}", self.identifier)?;
        writeln!(formatter, "  clients: {clients}")
    }
}

impl Display for SenderConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twilio(twilio) => {
                let (TwilioFrom::Number(from) | TwilioFrom::MessagingService(from)) = &twilio.from;
                let host = twilio.api_base_url.host_str().unwrap_or_default();
                write!(formatter, "Twilio {} from {from} by {host}", twilio.account_sid)
            }
            Self::Gateway(gateway) => {
                // The rest of the URL can be a secret.
                let origin = gateway.url.origin().ascii_serialization();
                let proof = if gateway.authentication.is_some() { ", with a token" } else { "" };
                write!(formatter, "gateway at {origin}{proof}")
            }
        }
    }
}
