//! The format of the file, and its conversion to the configuration.

mod senders;

use std::{collections::HashMap, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{
    Api, AppType, AuthMethod, CODE_GRANT, Client, ConfigError, Connection, LONGEST_CODE_SECONDS, OTP_GRANT,
    REFRESH_GRANT, TenantConfig, branding::BrandingEntry, budget::BudgetEntry, credentials::AuthenticationMethods,
    invalid, lines::Lines,
};
use crate::{
    keys::signing_algorithm::SigningAlgorithm,
    oauth::assertion_key::AssertionKey,
    origin::is_loopback,
    otp::template::{Syntax, Template},
};
use senders::{Flag, GatewayAuthenticationEntry, Provider};

#[derive(Deserialize)]
struct File {
    tenant: Option<TenantEntry>,
    #[serde(default)]
    branding: BrandingEntry,
    #[serde(default)]
    clients: Vec<ClientEntry>,
    #[serde(default)]
    connections: Vec<ConnectionEntry>,
    #[serde(default, rename = "resourceServers")]
    resource_servers: Vec<ResourceServerEntry>,
    #[serde(default, rename = "clientGrants")]
    client_grants: Vec<ClientGrantEntry>,
}

/// Settings of the tenant at Auth0.
#[derive(Default, Deserialize)]
struct TenantEntry {
    #[serde(default)]
    allowed_logout_urls: Vec<String>,
    /// Mean nothing here; an export has dozens, which nobody could do anything about.
    #[serde(flatten)]
    _others: HashMap<String, serde_json::Value>,
}

/// An API that clients may request access tokens for.
#[derive(Deserialize)]
struct ResourceServerEntry {
    #[serde(rename = "name")]
    _name: Option<String>,
    identifier: String,
}

/// Whose an API is: one that is named here is for the clients named with it, others are for all.
#[derive(Deserialize)]
struct ClientGrantEntry {
    /// A name or an identifier: exports have the name.
    client_id: String,
    audience: String,
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
    oidc_logout: OidcLogout,
    initiate_login_uri: Option<String>,
    #[serde(default)]
    allowed_origins: Vec<String>,
    #[serde(default)]
    web_origins: Vec<String>,
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    jwt_configuration: JwtConfiguration,
    #[serde(default)]
    is_token_endpoint_ip_header_trusted: bool,
}

#[derive(Default, Deserialize)]
struct OidcLogout {
    #[serde(default)]
    backchannel_logout_urls: Vec<String>,
}

#[derive(Default, Deserialize)]
struct JwtConfiguration {
    alg: Option<SigningAlgorithm>,
}

#[derive(Deserialize)]
struct ConnectionEntry {
    name: String,
    strategy: String,
    enabled_clients: Option<Vec<String>>,
    #[serde(default)]
    options: Options,
    /// Auth0 exports these two with every connection.
    #[serde(rename = "is_domain_connection")]
    _is_domain_connection: Option<bool>,
    #[serde(rename = "realms")]
    _realms: Option<Vec<String>>,
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
    /// Not Auth0's: what messages cost, and may cost in a day.
    budget: Option<BudgetEntry>,
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
    /// Auth0 repeats these two of the connection.
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "strategy")]
    _strategy: Option<String>,
}

#[derive(Deserialize)]
struct Totp {
    length: Option<usize>,
    time_step: Option<u64>,
}

pub(super) fn parse(text: &str) -> Result<(TenantConfig, Vec<String>), ConfigError> {
    let lines = Lines::of(text);
    let mut unknown = Vec::new();
    let file: File = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_ignored::deserialize(deserializer, |path| unknown.push(readable(&path.to_string())))
    })
    .map_err(|error| malformed(error.without_snippet(), &lines))?;
    let config = config(file, &mut unknown).map_err(|error| located(error, &lines))?;
    let with_line = |key: String| format!("line {}: {key}", lines.line_of(key.split(' ').next().unwrap_or_default()));
    Ok((config, unknown.into_iter().map(with_line).collect()))
}

/// The error with its key. It must have no snippet: the file holds secrets.
fn malformed(error: &serde_saphyr::Error, lines: &Lines) -> ConfigError {
    let key = error.location().and_then(|location| lines.key_at(location));
    ConfigError::Yaml(key.map_or_else(|| error.to_string(), |key| format!("{key}: {error}")))
}

fn located(error: ConfigError, lines: &Lines) -> ConfigError {
    match error {
        ConfigError::Invalid { path, problem, .. } => {
            ConfigError::Invalid { line: lines.line_of(&path), path, problem }
        }
        other => other,
    }
}

fn config(file: File, unknown: &mut Vec<String>) -> Result<TenantConfig, ConfigError> {
    let (mut connections, mut other_connections) = (Vec::new(), Vec::new());
    for (index, entry) in file.connections.into_iter().enumerate() {
        let path = format!("connections[{index}]");
        if entry.strategy == "sms" {
            check_enabled_clients(&entry, &file.clients, &path)?;
            unknown.extend(senders::no_effect(&entry.options, &path));
            connections.push(connection(entry, &path)?);
        } else {
            unknown.push(format!("{path} (strategy {})", entry.strategy));
            other_connections.push(entry.name);
        }
    }
    let apis = apis(file.resource_servers, &file.client_grants, &file.clients)?;
    let clients = file
        .clients
        .into_iter()
        .enumerate()
        .map(|(index, entry)| client(entry, &format!("clients[{index}]")))
        .collect::<Result<Vec<_>, _>>()?;
    let branding = file.branding.check()?;
    let allowed_logout_urls = file.tenant.unwrap_or_default().allowed_logout_urls;
    check_urls(&allowed_logout_urls, "tenant.allowed_logout_urls")?;
    let config = TenantConfig { allowed_logout_urls, apis, branding, clients, connections, other_connections };
    check_whole(&config)?;
    Ok(config)
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
    if entry.client_secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
        return Err(invalid(format!("{path}.client_secret"), "is empty"));
    }
    check_origins(&entry.allowed_origins, &format!("{path}.allowed_origins"))?;
    check_origins(&entry.web_origins, &format!("{path}.web_origins"))?;
    check_urls(&entry.callbacks, &format!("{path}.callbacks"))?;
    check_urls(&entry.allowed_logout_urls, &format!("{path}.allowed_logout_urls"))?;
    check_backchannel_logout(&entry, &format!("{path}.oidc_logout.backchannel_logout_urls"))?;
    let initiate_login_uri = initiate_login_uri(&entry, &format!("{path}.initiate_login_uri"))?;
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
        backchannel_logout_urls: entry.oidc_logout.backchannel_logout_urls,
        initiate_login_uri,
        allowed_origins: [entry.allowed_origins, entry.web_origins].concat(),
        cross_origin_authentication: entry.cross_origin_authentication.unwrap_or(true),
        grant_types: entry.grant_types.unwrap_or_else(|| default_grants(app_type)),
        jwt_alg: entry.jwt_configuration.alg,
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
        if url.contains('*') {
            return Err(invalid(format!("{path}[{index}]"), "must not have a wildcard: URLs are compared exactly"));
        }
        if parsed.fragment().is_some() {
            return Err(invalid(format!("{path}[{index}]"), "must not have a fragment"));
        }
        if matches!(parsed.scheme(), "javascript" | "data" | "blob" | "file" | "vbscript") {
            return Err(invalid(format!("{path}[{index}]"), "has a scheme that cannot be returned to"));
        }
    }
    Ok(())
}

/// Where the tenant posts to, which may be an inner address without TLS: what it posts lets nobody in.
fn check_backchannel_logout(entry: &ClientEntry, path: &str) -> Result<(), ConfigError> {
    let urls = &entry.oidc_logout.backchannel_logout_urls;
    check_urls(urls, path)?;
    let is_web = |url: &String| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    match urls.iter().position(|url| !is_web(url)) {
        Some(index) => Err(invalid(format!("{path}[{index}]"), "must be an http or https URL")),
        None => Ok(()),
    }
}

/// A page of the web; without TLS on this machine only.
fn initiate_login_uri(entry: &ClientEntry, path: &str) -> Result<Option<Url>, ConfigError> {
    let Some(text) = &entry.initiate_login_uri else { return Ok(None) };
    let url = Url::parse(text).map_err(|error| invalid(path, error.to_string()))?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(Some(url))
    } else {
        Err(invalid(path, "must be an https URL, or an http one of this machine, such as http://localhost:3000/login"))
    }
}

/// Scheme, host and port: RFC 6454.
fn check_origins(origins: &[String], path: &str) -> Result<(), ConfigError> {
    for (index, origin) in origins.iter().enumerate() {
        let url = Url::parse(origin).map_err(|error| invalid(format!("{path}[{index}]"), error.to_string()))?;
        let written = origin.trim_end_matches('/');
        if !matches!(url.scheme(), "http" | "https") || url.origin().ascii_serialization() != written {
            return Err(invalid(format!("{path}[{index}]"), "must be an origin, such as https://app.example.com"));
        }
    }
    Ok(())
}

fn check_enabled_clients(entry: &ConnectionEntry, clients: &[ClientEntry], path: &str) -> Result<(), ConfigError> {
    let is_known = |name: &String| clients.iter().any(|client| client.name == *name || client.client_id == *name);
    let unknown = entry.enabled_clients.iter().flatten().position(|name| !is_known(name));
    match unknown {
        Some(index) => Err(invalid(format!("{path}.enabled_clients[{index}]"), "is the name of no client")),
        None => Ok(()),
    }
}

fn apis(
    servers: Vec<ResourceServerEntry>,
    grants: &[ClientGrantEntry],
    clients: &[ClientEntry],
) -> Result<Vec<Api>, ConfigError> {
    for (index, grant) in grants.iter().enumerate() {
        if !clients.iter().any(|client| client.name == grant.client_id || client.client_id == grant.client_id) {
            return Err(invalid(format!("clientGrants[{index}].client_id"), "is the name of no client"));
        }
        if !servers.iter().any(|server| server.identifier == grant.audience) {
            return Err(invalid(format!("clientGrants[{index}].audience"), "is the identifier of no resource server"));
        }
    }
    if let Some(index) = servers.iter().position(|server| server.identifier.is_empty()) {
        return Err(invalid(format!("resourceServers[{index}].identifier"), "is empty"));
    }
    let api = |server: ResourceServerEntry| {
        let granted = grants.iter().filter(|grant| grant.audience == server.identifier);
        let clients: Vec<_> = granted.map(|grant| grant.client_id.clone()).collect();
        Api { identifier: server.identifier, clients: (!clients.is_empty()).then_some(clients) }
    };
    Ok(servers.into_iter().map(api).collect())
}

fn connection(entry: ConnectionEntry, path: &str) -> Result<Connection, ConfigError> {
    let sender = senders::sender(&entry.options, &format!("{path}.options"))?;
    let fallback = senders::fallback(&entry.options, &format!("{path}.options"))?;
    let budget =
        entry.options.budget.as_ref().map(|budget| budget.check(&format!("{path}.options.budget"))).transpose()?;
    let defaults = Connection::new(&entry.name);
    let totp = entry.options.totp.unwrap_or(Totp { length: None, time_step: None });
    let code_length = totp.length.unwrap_or(defaults.code_length);
    if !(4..=40).contains(&code_length) {
        return Err(invalid(format!("{path}.options.totp.length"), "must be from 4 to 40"));
    }
    let code_lifetime = totp.time_step.map_or(defaults.code_lifetime, Duration::from_secs);
    if !i64::try_from(code_lifetime.as_secs()).is_ok_and(|seconds| (60..=LONGEST_CODE_SECONDS).contains(&seconds)) {
        let problem = format!("must be from 60 to {LONGEST_CODE_SECONDS} seconds");
        return Err(invalid(format!("{path}.options.totp.time_step"), problem));
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
        budget,
        name: entry.name,
    })
}
