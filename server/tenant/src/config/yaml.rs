//! The file's form, and its turning into what the tenant works with.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{
    AppType, AuthMethod, CODE_GRANT, Client, ConfigError, Connection, OTP_GRANT, REFRESH_GRANT, SenderConfig,
    TenantConfig, credentials::AuthenticationMethods,
};
use crate::{
    client_assertion::AssertionKey,
    passwordless::template::{Syntax, Template},
    sms::{GatewayAuthentication, GatewayConfig, Retries, TwilioConfig, TwilioFrom},
};

#[derive(Deserialize)]
struct File {
    /// Settings of the tenant at Auth0; nothing of them concerns this program.
    #[serde(rename = "tenant")]
    _tenant: Option<serde_json::Value>,
    #[serde(default)]
    clients: Vec<ClientEntry>,
    #[serde(default)]
    connections: Vec<ConnectionEntry>,
}

#[derive(Deserialize)]
struct ClientEntry {
    name: String,
    client_id: String,
    client_secret: Option<SecretString>,
    app_type: Option<AppType>,
    token_endpoint_auth_method: Option<AuthMethod>,
    client_authentication_methods: Option<AuthenticationMethods>,
    cross_origin_authentication: Option<bool>,
    #[serde(default)]
    callbacks: Vec<String>,
    #[serde(default)]
    allowed_logout_urls: Vec<String>,
    #[serde(default)]
    allowed_origins: Vec<String>,
    #[serde(default)]
    web_origins: Vec<String>,
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    is_token_endpoint_ip_header_trusted: bool,
}

#[derive(Deserialize)]
struct ConnectionEntry {
    name: String,
    strategy: String,
    enabled_clients: Option<Vec<String>>,
    #[serde(default)]
    options: Options,
}

#[derive(Default, Deserialize)]
struct Options {
    provider: Option<Provider>,
    gateway_url: Option<String>,
    gateway_authentication: Option<GatewayAuthenticationEntry>,
    /// Auth0's documentation writes it as the string `"true"`, its exports as a boolean.
    forward_req_info: Option<Flag>,
    twilio_api_base_url: Option<String>,
    /// Not Auth0's: who sends where this sender surely did not.
    #[serde(default)]
    fallback: Vec<Options>,
    twilio_sid: Option<String>,
    twilio_token: Option<SecretString>,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    template: Option<String>,
    #[serde(default)]
    syntax: Syntax,
    totp: Option<Totp>,
    #[serde(default)]
    disable_signup: bool,
    /// Three tries a code and the limit on guesses at a number hold in any case.
    brute_force_protection: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Provider {
    Twilio,
    SmsGateway,
}

#[derive(Deserialize)]
struct GatewayAuthenticationEntry {
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
enum Flag {
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

#[derive(Deserialize)]
struct Totp {
    length: Option<usize>,
    time_step: Option<u64>,
}

pub(super) fn parse(text: &str) -> Result<(TenantConfig, Vec<String>), ConfigError> {
    let mut unknown = Vec::new();
    let file: File = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_ignored::deserialize(deserializer, |path| unknown.push(readable(&path.to_string())))
    })
    // The error can quote the file, and the file holds secrets: only its message and place are shown.
    .map_err(|error| ConfigError::Yaml(error.without_snippet().to_string()))?;

    let mut connections = Vec::new();
    for (index, entry) in file.connections.into_iter().enumerate() {
        if entry.strategy == "sms" {
            connections.push(connection(entry, &format!("connections[{index}]"))?);
        } else {
            unknown.push(format!("connections[{index}] (strategy {})", entry.strategy));
        }
    }
    let clients = file
        .clients
        .into_iter()
        .enumerate()
        .map(|(index, entry)| client(entry, &format!("clients[{index}]")))
        .collect::<Result<Vec<_>, _>>()?;
    let config = TenantConfig { clients, connections };
    check_whole(&config)?;
    Ok((config, unknown))
}

/// `clients.0.foo` as `clients[0].foo`.
fn readable(path: &str) -> String {
    let mut readable = String::new();
    for part in path.split('.').filter(|part| *part != "?") {
        if part.parse::<usize>().is_ok() {
            readable.extend(["[", part, "]"]);
        } else {
            if !readable.is_empty() {
                readable.push('.');
            }
            readable.push_str(part);
        }
    }
    readable
}

pub(super) fn invalid(path: impl Into<String>, problem: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { path: path.into(), problem: problem.into() }
}

fn check_whole(config: &TenantConfig) -> Result<(), ConfigError> {
    if config.clients.is_empty() {
        return Err(invalid("clients", "at least one client is needed"));
    }
    if config.connections.is_empty() {
        return Err(invalid("connections", "at least one connection with strategy sms is needed"));
    }
    for (index, client) in config.clients.iter().enumerate() {
        if config.clients.iter().take(index).any(|earlier| earlier.client_id == client.client_id) {
            return Err(invalid(format!("clients[{index}].client_id"), "is used twice"));
        }
    }
    for (index, connection) in config.connections.iter().enumerate() {
        if config.connections.iter().take(index).any(|earlier| earlier.name == connection.name) {
            return Err(invalid(format!("connections[{index}].name"), "is used twice"));
        }
    }
    Ok(())
}

fn client(entry: ClientEntry, path: &str) -> Result<Client, ConfigError> {
    if entry.client_id.is_empty() {
        return Err(invalid(format!("{path}.client_id"), "is empty"));
    }
    check_urls(&entry.callbacks, &format!("{path}.callbacks"))?;
    check_urls(&entry.allowed_logout_urls, &format!("{path}.allowed_logout_urls"))?;
    let app_type = entry.app_type.unwrap_or(AppType::RegularWeb);
    let (auth_method, assertion_keys) = authentication(&entry, app_type, path)?;
    let has_secret = matches!(auth_method, AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic);
    if has_secret && entry.client_secret.is_none() {
        return Err(invalid(
            format!("{path}.client_secret"),
            "is missing; a public client says so with token_endpoint_auth_method: none",
        ));
    }
    Ok(Client {
        name: entry.name,
        client_id: entry.client_id,
        client_secret: entry.client_secret,
        assertion_keys,
        auth_method,
        callbacks: entry.callbacks,
        allowed_logout_urls: entry.allowed_logout_urls,
        allowed_origins: [entry.allowed_origins, entry.web_origins].concat(),
        cross_origin_authentication: entry.cross_origin_authentication.unwrap_or(true),
        grant_types: entry.grant_types.unwrap_or_else(|| default_grants(app_type)),
        trusts_ip_header: entry.is_token_endpoint_ip_header_trusted,
    })
}

/// How the client proves itself, and its keys. As at Auth0, either `token_endpoint_auth_method` or
/// `client_authentication_methods` says.
fn authentication(
    entry: &ClientEntry,
    app_type: AppType,
    path: &str,
) -> Result<(AuthMethod, Vec<AssertionKey>), ConfigError> {
    match (&entry.client_authentication_methods, entry.token_endpoint_auth_method) {
        (Some(methods), None | Some(AuthMethod::PrivateKeyJwt)) => {
            Ok((AuthMethod::PrivateKeyJwt, methods.keys(&format!("{path}.client_authentication_methods"))?))
        }
        (Some(_), Some(_)) => {
            let problem = "cannot be combined with client_authentication_methods";
            Err(invalid(format!("{path}.token_endpoint_auth_method"), problem))
        }
        (None, Some(AuthMethod::PrivateKeyJwt)) => {
            Err(invalid(format!("{path}.client_authentication_methods"), "is missing; private_key_jwt needs a key"))
        }
        (None, method) => Ok((method.unwrap_or_else(|| default_auth_method(app_type)), Vec::new())),
    }
}

fn default_auth_method(app_type: AppType) -> AuthMethod {
    match app_type {
        AppType::RegularWeb | AppType::NonInteractive => AuthMethod::ClientSecretPost,
        AppType::Spa | AppType::Native => AuthMethod::None,
    }
}

/// The OTP grant is not for programs in a browser, as at Auth0.
fn default_grants(app_type: AppType) -> Vec<String> {
    let grants: &[&str] = match app_type {
        AppType::RegularWeb | AppType::Native => &[CODE_GRANT, OTP_GRANT, REFRESH_GRANT],
        AppType::Spa => &[CODE_GRANT, REFRESH_GRANT],
        AppType::NonInteractive => &[],
    };
    grants.iter().map(|&grant| grant.to_owned()).collect()
}

/// Absolute, without a fragment: RFC 6749 section 3.1.2.
fn check_urls(urls: &[String], path: &str) -> Result<(), ConfigError> {
    for (index, url) in urls.iter().enumerate() {
        let parsed = Url::parse(url).map_err(|error| invalid(format!("{path}[{index}]"), error.to_string()))?;
        if parsed.fragment().is_some() {
            return Err(invalid(format!("{path}[{index}]"), "must not have a fragment"));
        }
        if matches!(parsed.scheme(), "javascript" | "data" | "blob" | "file" | "vbscript") {
            return Err(invalid(format!("{path}[{index}]"), "has a scheme that cannot be returned to"));
        }
    }
    Ok(())
}

fn connection(entry: ConnectionEntry, path: &str) -> Result<Connection, ConfigError> {
    let sender = sender(&entry.options, &format!("{path}.options"))?;
    let fallback = fallback(&entry.options, &format!("{path}.options"))?;
    let defaults = Connection::new(&entry.name);
    let totp = entry.options.totp.unwrap_or(Totp { length: None, time_step: None });
    let code_length = totp.length.unwrap_or(defaults.code_length);
    if !(4..=40).contains(&code_length) {
        return Err(invalid(format!("{path}.options.totp.length"), "must be from 4 to 40"));
    }
    let code_lifetime = totp.time_step.map_or(defaults.code_lifetime, Duration::from_secs);
    if !(60..=36_000).contains(&code_lifetime.as_secs()) {
        return Err(invalid(format!("{path}.options.totp.time_step"), "must be from 60 to 36000 seconds"));
    }
    let template = match &entry.options.template {
        Some(source) => Template::new(source, entry.options.syntax)
            .map_err(|error| invalid(format!("{path}.options.template"), error.to_string()))?,
        None => defaults.template,
    };
    Ok(Connection {
        enabled_clients: entry.enabled_clients,
        code_length,
        code_lifetime,
        template,
        disable_signup: entry.options.disable_signup,
        brute_force_protection: entry.options.brute_force_protection.unwrap_or(defaults.brute_force_protection),
        sender,
        fallback,
        name: entry.name,
    })
}

/// The sender that some options describe, if they do.
fn sender(options: &Options, path: &str) -> Result<Option<SenderConfig>, ConfigError> {
    match options.provider {
        Some(Provider::SmsGateway) => gateway(options, path).map(|gateway| Some(SenderConfig::Gateway(gateway))),
        Some(Provider::Twilio) => twilio(options, path).map(|twilio| Some(SenderConfig::Twilio(twilio))),
        None if options.twilio_sid.is_none() && options.twilio_token.is_none() => Ok(None),
        None => twilio(options, path).map(|twilio| Some(SenderConfig::Twilio(twilio))),
    }
}

fn fallback(options: &Options, path: &str) -> Result<Vec<SenderConfig>, ConfigError> {
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
        // Auth0 says base64url; the other alphabet and padding are understood too.
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
    let from = match (&options.from, &options.messaging_service_sid) {
        (_, Some(sid)) => {
            check_sid(sid, "MG", &format!("{path}.messaging_service_sid"))?;
            TwilioFrom::MessagingService(sid.clone())
        }
        (Some(number), None) => TwilioFrom::Number(number.clone()),
        (None, None) => return Err(invalid(path, "one of from and messaging_service_sid is needed")),
    };
    let base_url = options.twilio_api_base_url.as_deref().unwrap_or(TwilioConfig::API_BASE_URL);
    let api_base_url = http_url(base_url, &format!("{path}.twilio_api_base_url"))?;
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

fn http_url(text: &str, path: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| invalid(path, error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(invalid(path, "must be an http or https URL")) }
}
