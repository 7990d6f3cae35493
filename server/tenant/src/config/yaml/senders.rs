//! Senders, as the options of a connection describe them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::Options;
use crate::{
    config::{ConfigError, SenderConfig, invalid},
    origin::is_loopback,
    sms::{GatewayAuthentication, GatewayConfig, Retries, TwilioConfig, TwilioFrom},
};

/// Which kind of sender the options describe.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Provider {
    Twilio,
    SmsGateway,
}

/// How we prove ourselves to a gateway.
#[derive(Deserialize)]
pub(super) struct GatewayAuthenticationEntry {
    method: BearerMethod,
    subject: Option<String>,
    audience: Option<String>,
    secret: SecretString,
    #[serde(default)]
    secret_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BearerMethod {
    Bearer,
}

/// A boolean that may be quoted.
#[derive(Deserialize)]
pub(super) enum Flag {
    #[serde(rename = "true")]
    Set,
    #[serde(rename = "false")]
    Unset,
}

impl Flag {
    fn is_set(&self) -> bool {
        matches!(self, Self::Set)
    }
}

/// The sender that some options describe, if they do.
pub(super) fn sender(options: &Options, path: &str) -> Result<Option<SenderConfig>, ConfigError> {
    match options.provider {
        Some(Provider::SmsGateway) => gateway(options, path).map(|gateway| Some(SenderConfig::Gateway(gateway))),
        Some(Provider::Twilio) => twilio(options, path).map(|twilio| Some(SenderConfig::Twilio(twilio))),
        None if options.twilio_sid.is_none() && options.twilio_token.is_none() => Ok(None),
        None => twilio(options, path).map(|twilio| Some(SenderConfig::Twilio(twilio))),
    }
}

pub(super) fn fallback(options: &Options, path: &str) -> Result<Vec<SenderConfig>, ConfigError> {
    let entries = options.fallback.iter().enumerate();
    let senders = entries.map(|(index, entry)| {
        let path = format!("{path}.fallback[{index}]");
        if !entry.fallback.is_empty() {
            return Err(invalid(format!("{path}.fallback"), "belongs to the connection, in the order of trying"));
        }
        sender(entry, &path)?.ok_or_else(|| invalid(path, "names no sender: provider is missing"))
    });
    senders.collect()
}

fn gateway(options: &Options, path: &str) -> Result<GatewayConfig, ConfigError> {
    let url = options.gateway_url.as_ref().ok_or_else(|| invalid(format!("{path}.gateway_url"), "is missing"))?;
    let authentication = options.gateway_authentication.as_ref();
    Ok(GatewayConfig {
        url: http_url(url, &format!("{path}.gateway_url"))?,
        from: options.from.clone(),
        forward_request_info: options.forward_req_info.as_ref().is_some_and(Flag::is_set),
        authentication: authentication
            .map(|entry| gateway_authentication(entry, &format!("{path}.gateway_authentication")))
            .transpose()?,
    })
}

fn gateway_authentication(
    entry: &GatewayAuthenticationEntry,
    path: &str,
) -> Result<GatewayAuthentication, ConfigError> {
    let BearerMethod::Bearer = entry.method;
    let text = entry.secret.expose_secret();
    let secret = if entry.secret_base64_encoded {
        // Auth0 says base64url; the other alphabet and padding are accepted too.
        let base64url = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let decoded = URL_SAFE_NO_PAD.decode(base64url);
        decoded.map_err(|_| invalid(format!("{path}.secret"), "is not base64"))?
    } else {
        text.as_bytes().to_vec()
    };
    if secret.is_empty() {
        return Err(invalid(format!("{path}.secret"), "is empty"));
    }
    Ok(GatewayAuthentication {
        subject: entry.subject.clone(),
        audience: entry.audience.clone(),
        secret: secret.into(),
    })
}

fn twilio(options: &Options, path: &str) -> Result<TwilioConfig, ConfigError> {
    let missing = |key: &str| invalid(format!("{path}.{key}"), "is missing");
    let account_sid = options.twilio_sid.clone().ok_or_else(|| missing("twilio_sid"))?;
    let auth_token = options.twilio_token.clone().ok_or_else(|| missing("twilio_token"))?;
    check_sid(&account_sid, "AC", &format!("{path}.twilio_sid"))?;
    if auth_token.expose_secret().is_empty() {
        return Err(invalid(format!("{path}.twilio_token"), "is empty"));
    }
    let from = match (&options.from, &options.messaging_service_sid) {
        (_, Some(sid)) => {
            check_sid(sid, "MG", &format!("{path}.messaging_service_sid"))?;
            TwilioFrom::MessagingService(sid.clone())
        }
        (Some(number), None) if is_sender(number) => TwilioFrom::Number(number.clone()),
        (Some(_), None) => {
            let problem =
                "must be a number such as +15005550006, a short code, or a name of up to 11 letters and digits";
            return Err(invalid(format!("{path}.from"), problem));
        }
        (None, None) => return Err(invalid(path, "one of from and messaging_service_sid is needed")),
    };
    let base_url = options.twilio_api_base_url.as_deref().unwrap_or(TwilioConfig::API_BASE_URL);
    let api_base_url = http_url(base_url, &format!("{path}.twilio_api_base_url"))?;
    if api_base_url.scheme() != "https" && !is_loopback(&api_base_url) {
        return Err(invalid(format!("{path}.twilio_api_base_url"), "must be an https URL: the token goes there"));
    }
    Ok(TwilioConfig { account_sid, auth_token, from, api_base_url, retries: Retries::default() })
}

/// Twilio's identifiers: two letters and 32 hexadecimal digits.
fn check_sid(sid: &str, letters: &str, path: &str) -> Result<(), ConfigError> {
    let is_hex = |digits: &str| digits.len() == 32 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    if sid.strip_prefix(letters).is_some_and(is_hex) {
        Ok(())
    } else {
        Err(invalid(path, format!("must be {letters} and 32 hexadecimal digits")))
    }
}

/// The values that Twilio accepts as `From`: E.164, a short code, or an alphanumeric sender.
fn is_sender(from: &str) -> bool {
    let are_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let is_name = |text: &str| {
        (1..=11).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '+' | '-' | '_' | '&'))
            && text.chars().any(|c| c.is_ascii_alphabetic())
    };
    match from.strip_prefix('+') {
        Some(digits) if are_digits(digits) => (2..=15).contains(&digits.len()),
        None if are_digits(from) => (3..=8).contains(&from.len()),
        _ => is_name(from),
    }
}

fn http_url(text: &str, path: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| invalid(path, error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(invalid(path, "must be an http or https URL")) }
}

/// Options that an entry of `fallback` inherits from its connection; setting them there has no effect.
pub(super) fn no_effect(options: &Options, path: &str) -> Vec<String> {
    let entries = options.fallback.iter().enumerate();
    let said = entries.flat_map(|(index, entry)| {
        let keys = [
            ("template", entry.template.is_some()),
            ("totp", entry.totp.is_some()),
            ("disable_signup", entry.disable_signup),
            ("budget", entry.budget.is_some()),
            ("brute_force_protection", entry.brute_force_protection.is_some()),
        ];
        keys.into_iter()
            .filter(|(_, said)| *said)
            .map(move |(key, _)| format!("{path}.options.fallback[{index}].{key}"))
    });
    said.collect()
}
