//! Clients and connections: `tenant.yaml` in the format of the Auth0 Deploy CLI, or one client and one connection.

mod apis;
mod branding;
mod budget;
mod credentials;
mod lines;
mod summary;
#[cfg(test)]
mod tests;
mod variables;
mod weaknesses;
mod yaml;

pub use weaknesses::Weakness;

use std::time::Duration;

use http::{HeaderMap, header};
use secrecy::SecretString;
use url::Url;

pub(crate) use apis::{Api, AudienceError};
pub use budget::Budget;
pub(crate) use budget::Micros;

use crate::{
    clock::Millis,
    keys::signing_algorithm::SigningAlgorithm,
    login_page::Branding,
    oauth::assertion_key::AssertionKey,
    otp::template::Template,
    sms::{GatewayConfig, TwilioConfig},
};

/// Auth0's name for the grant that turns a phone number and a code into tokens.
pub(crate) const OTP_GRANT: &str = "http://auth0.com/oauth/grant-type/passwordless/otp";

/// The authorization code grant, RFC 6749 section 4.1.
pub(crate) const CODE_GRANT: &str = "authorization_code";

/// Tokens by way of the browser, RFC 6749 section 4.2: for clients that must.
pub(crate) const IMPLICIT_GRANT: &str = "implicit";

/// The refresh token grant, RFC 6749 section 6.
pub(crate) const REFRESH_GRANT: &str = "refresh_token";

/// Longest time that a code may be good for.
pub(crate) const LONGEST_CODE_SECONDS: i64 = 36_000;

/// Clients and connections of a tenant.
#[derive(Clone, Debug)]
pub struct TenantConfig {
    /// URLs that a logout may end at where the request names no client.
    allowed_logout_urls: Vec<String>,
    apis: Vec<Api>,
    branding: Branding,
    clients: Vec<Client>,
    connections: Vec<Connection>,
    /// Names of connections that are not passwordless by SMS: they are there at Auth0, and do nothing here.
    other_connections: Vec<String>,
}

/// Why a `tenant.yaml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `@@NAME@@` or `##NAME##` without a value in the environment.
    #[error("line {line}: the environment has no {name}")]
    MissingVariable {
        /// The variable.
        name: String,
        /// The line that names it, from 1.
        line: usize,
    },
    /// Not YAML, or not of the expected form; the message names the key and the line.
    #[error("{0}")]
    Yaml(String),
    /// A value that cannot be meant.
    #[error("line {line}: {path}: {problem}")]
    Invalid {
        /// The line, from 1.
        line: u64,
        /// Which key, such as `clients[0].callbacks[1]`.
        path: String,
        /// The problem.
        problem: String,
    },
}

/// A value that cannot be used; the line is found later, by the path.
fn invalid(path: impl Into<String>, problem: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { line: 1, path: path.into(), problem: problem.into() }
}

/// The kind of a client; it decides the defaults of [`Client::auth_method`] and the grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppType {
    /// A program on a server, which can keep a secret.
    RegularWeb,
    /// A program in a browser.
    Spa,
    /// A program on a phone or a desktop.
    Native,
    /// A program without a user.
    NonInteractive,
}

/// How a client authenticates, RFC 7591 section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client.
    None,
    /// With its secret in the body.
    ClientSecretPost,
    /// With its secret in the `Authorization` header. Either place is accepted from either kind, as at Auth0.
    ClientSecretBasic,
    /// With a token that it signed.
    PrivateKeyJwt,
}

/// An application that signs users in.
#[derive(Clone, Debug)]
pub struct Client {
    /// The name in messages and on the login page.
    pub name: String,
    /// The identifier that the application sends.
    pub client_id: String,
    /// The secret that the application authenticates with; a public client has none.
    pub client_secret: Option<SecretString>,
    /// The public keys of its assertions, where it authenticates with them.
    pub assertion_keys: Vec<AssertionKey>,
    /// How it authenticates.
    pub auth_method: AuthMethod,
    /// URLs that a login may end at, compared exactly.
    pub callbacks: Vec<String>,
    /// URLs that a logout may end at, compared exactly.
    pub allowed_logout_urls: Vec<String>,
    /// Where the application is told that sessions have ended: OpenID Connect Back-Channel Logout 1.0.
    pub backchannel_logout_urls: Vec<String>,
    /// Where the application starts a login; the page of an expired login links to it.
    pub initiate_login_uri: Option<Url>,
    /// Origins whose pages may call the API, besides those of the callbacks, and may request codes without the secret.
    pub allowed_origins: Vec<String>,
    /// Whether its pages may sign users in by `/co/authenticate`.
    pub cross_origin_authentication: bool,
    /// Grants that it may use.
    pub grant_types: Vec<String>,
    /// How its tokens are signed, where the file says so.
    pub jwt_alg: Option<SigningAlgorithm>,
    /// Whether the end user's address that it sends counts, once it has authenticated; Auth0 calls it "Trust Token
    /// Endpoint IP Header".
    pub trusts_ip_header: bool,
}

impl Client {
    pub(crate) fn allows(&self, grant: &str) -> bool {
        self.grant_types.iter().any(|allowed| allowed == grant)
    }

    /// How its tokens are signed.
    pub(crate) fn signing_algorithm(&self) -> SigningAlgorithm {
        self.jwt_alg.unwrap_or_default()
    }

    pub(crate) fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Whether an entry such as one of `enabled_clients` means this client.
    pub(crate) fn is_named(&self, entry: &str) -> bool {
        entry == self.name || entry == self.client_id
    }

    /// Whether a login may end there.
    pub fn is_callback(&self, url: &str) -> bool {
        is_one_of(&self.callbacks, url)
    }

    /// Whether a logout may end there.
    pub fn is_logout_url(&self, url: &str) -> bool {
        is_one_of(&self.allowed_logout_urls, url)
    }

    /// Origins that the operator lists: their scripts may request codes without the client's secret.
    pub(crate) fn listed_origins(&self) -> impl Iterator<Item = String> {
        self.allowed_origins.iter().map(|origin| origin.trim_end_matches('/').to_owned())
    }

    /// Origins of the pages that belong to this client; as at Auth0, those of its callbacks are among them.
    pub(crate) fn origins(&self) -> impl Iterator<Item = String> {
        self.listed_origins().chain(self.callbacks.iter().filter_map(|callback| web_origin(callback)))
    }

    /// Where a user can start a new login: the configured URL, else the origin of the redirect URI.
    pub(crate) fn login_start(&self, redirect_uri: &str) -> Option<String> {
        let configured = self.initiate_login_uri.as_ref().map(Url::to_string);
        configured.or_else(|| web_origin(redirect_uri))
    }

    /// The page that asks for the code: that of the caller, else the first origin of the client.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Option<Url> {
        let caller = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let named = caller.filter(|caller| self.origins().any(|origin| origin == *caller)).map(str::to_owned);
        Url::parse(&named.or_else(|| self.origins().next())?).ok()
    }
}

/// The origin of an http or https URL, as a browser writes it.
fn web_origin(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Whether a list of URLs has this one.
fn is_one_of(urls: &[String], url: &str) -> bool {
    urls.iter().any(|listed| is_same_url(listed, url))
}

/// To the byte, but for the slash that an origin is written with or without (RFC 3986 section 6.2.3).
fn is_same_url(one: &str, other: &str) -> bool {
    let bare = |url: &str| url.strip_suffix('/').unwrap_or(url).to_owned();
    one == other || bare(one) == bare(other) && web_origin(one) == Some(bare(one))
}

/// `http://localhost:3000/` is also written without its slash.
fn with_and_without_slash(url: &Url) -> Vec<String> {
    let written = url.to_string();
    let bare = written.strip_suffix('/').map(str::to_owned);
    [written].into_iter().chain(bare).collect()
}

/// A sender of messages.
#[derive(Clone, Debug)]
pub enum SenderConfig {
    /// An account at Twilio.
    Twilio(TwilioConfig),
    /// A gateway of one's own.
    Gateway(GatewayConfig),
}

/// A connection with strategy `sms`: its codes and its sender.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its name; `sms` by default.
    pub name: String,
    /// Names or identifiers of the clients that may use it; `None` means all.
    pub enabled_clients: Option<Vec<String>>,
    /// Digits in a code.
    pub code_length: usize,
    /// How long a code is good for.
    pub code_lifetime: Duration,
    /// The text of the message.
    pub(crate) template: Template,
    /// Whether only existing users may sign in; others are sent no code.
    pub disable_signup: bool,
    /// Whether a number is blocked for an address after ten failed attempts; on by default, as at Auth0.
    pub brute_force_protection: bool,
    /// Its own sender; without one the tenant's default sender is used.
    pub sender: Option<SenderConfig>,
    /// Senders to try next, if it is certain that the one before sent nothing.
    pub fallback: Vec<SenderConfig>,
    /// What its messages cost, and may cost in a day.
    pub budget: Option<Budget>,
}

impl Connection {
    /// A connection with Auth0's defaults: six digits, three minutes.
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            enabled_clients: None,
            code_length: 6,
            code_lifetime: Duration::from_mins(3),
            template: Template::default(),
            disable_signup: false,
            brute_force_protection: true,
            sender: None,
            fallback: Vec::new(),
            budget: None,
        }
    }

    /// When a code that is sent now expires.
    pub(crate) fn expiry(&self, now: Millis) -> Millis {
        now.plus_seconds(i64::try_from(self.code_lifetime.as_secs()).unwrap_or(LONGEST_CODE_SECONDS))
    }

    pub(crate) fn is_enabled_for(&self, client: &Client) -> bool {
        self.enabled_clients.as_ref().is_none_or(|clients| clients.iter().any(|entry| client.is_named(entry)))
    }
}

impl TenantConfig {
    /// Reads a `tenant.yaml` in the format of the Auth0 Deploy CLI. `env` gives the values of `@@NAME@@` (a quoted
    /// string) and `##NAME##` (as it is). Beside the configuration come the keys that mean nothing here, such as
    /// `line 5: clients[0].foo`, for the caller to warn about.
    ///
    /// # Errors
    ///
    /// When a variable is missing, the text is not of the format, or a value cannot be meant.
    pub fn from_yaml(text: &str, env: impl Fn(&str) -> Option<String>) -> Result<(Self, Vec<String>), ConfigError> {
        yaml::parse(&variables::substitute(text, env)?)
    }

    /// With no file: one regular-web client and one SMS connection.
    pub fn single_client(
        name: &str,
        client_id: String,
        client_secret: SecretString,
        callback_url: &Url,
        logout_url: &Url,
    ) -> Self {
        let client = Client {
            name: name.to_owned(),
            client_id,
            client_secret: Some(client_secret),
            assertion_keys: Vec::new(),
            auth_method: AuthMethod::ClientSecretPost,
            callbacks: vec![callback_url.to_string()],
            allowed_logout_urls: with_and_without_slash(logout_url),
            backchannel_logout_urls: Vec::new(),
            initiate_login_uri: None,
            allowed_origins: Vec::new(),
            cross_origin_authentication: true,
            grant_types: [CODE_GRANT, OTP_GRANT, REFRESH_GRANT].map(str::to_owned).to_vec(),
            jwt_alg: None,
            // It is our own application, which passes on the address of the browser.
            trusts_ip_header: true,
        };
        let connections = vec![Connection::new("sms")];
        Self {
            allowed_logout_urls: Vec::new(),
            apis: Vec::new(),
            branding: Branding::default(),
            clients: vec![client],
            connections,
            other_connections: Vec::new(),
        }
    }

    /// Adds an API that every client may request access tokens for.
    #[must_use]
    pub fn with_audience(mut self, identifier: &str) -> Self {
        self.apis.push(Api { identifier: identifier.to_owned(), clients: None });
        self
    }

    /// Adds a callback URL to every client.
    #[must_use]
    pub fn with_callback(mut self, url: &str) -> Self {
        self.clients.iter_mut().for_each(|client| client.callbacks.push(url.to_owned()));
        self
    }

    /// Lists the origin of a URL for the scripts of its pages, at every client.
    #[must_use]
    pub fn with_script_origin(mut self, url: &Url) -> Self {
        let origin = url.origin().ascii_serialization();
        self.clients.iter_mut().for_each(|client| client.allowed_origins.push(origin.clone()));
        self
    }

    /// Where a client is told that sessions have ended, unless it says so itself.
    #[must_use]
    pub fn with_backchannel_logout(mut self, client_id: &str, url: &str) -> Self {
        let mut clients = self.clients.iter_mut();
        if let Some(client) = clients.find(|client| client.client_id == client_id)
            && client.backchannel_logout_urls.is_empty()
        {
            client.backchannel_logout_urls.push(url.to_owned());
        }
        self
    }

    /// How the tokens of a client are signed, unless it says so itself.
    #[must_use]
    pub fn with_jwt_alg(mut self, client_id: &str, algorithm: SigningAlgorithm) -> Self {
        let mut clients = self.clients.iter_mut();
        if let Some(client) = clients.find(|client| client.client_id == client_id) {
            client.jwt_alg.get_or_insert(algorithm);
        }
        self
    }

    /// How tokens are signed. RS256 is for every issuer, OpenID Connect Discovery section 3.
    pub(crate) fn signing_algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        let is_used = |algorithm| self.clients.iter().any(|client| client.signing_algorithm() == algorithm);
        SigningAlgorithm::ALL
            .into_iter()
            .filter(move |algorithm| *algorithm == SigningAlgorithm::Rs256 || is_used(*algorithm))
    }

    /// The clients, in the order of the file.
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// The looks of the login page.
    pub(crate) fn branding(&self) -> &Branding {
        &self.branding
    }

    /// Whether some connection names no provider of its own, so that the default sender will be used.
    pub fn uses_default_sender(&self) -> bool {
        self.connections.iter().any(|connection| connection.sender.is_none())
    }

    /// URLs that a logout may end at where the request names no client.
    pub(crate) fn allowed_logout_urls(&self) -> &[String] {
        &self.allowed_logout_urls
    }

    /// Whether a logout may end there where the request names no client.
    pub(crate) fn is_logout_url(&self, url: &str) -> bool {
        is_one_of(&self.allowed_logout_urls, url)
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == client_id)
    }

    /// Checks that a client may request access tokens for this API.
    ///
    /// # Errors
    ///
    /// When the tenant does not know the API, or grants it to other clients only.
    pub(crate) fn check_audience(&self, client: &Client, identifier: &str) -> Result<(), AudienceError> {
        let api = self.apis.iter().find(|api| api.identifier == identifier);
        let api = api.ok_or_else(|| AudienceError::Unknown(identifier.to_owned()))?;
        if api.is_open_to(client) { Ok(()) } else { Err(api.not_for(client)) }
    }

    /// Whether a client may request access tokens for this API.
    pub fn allows_audience(&self, client: &Client, identifier: &str) -> bool {
        self.check_audience(client, identifier).is_ok()
    }

    pub(crate) fn connections(&self) -> &[Connection] {
        &self.connections
    }

    pub(crate) fn connection(&self, name: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.name == name)
    }

    /// The connection of this name, if the client may use it.
    pub(crate) fn connection_for(&self, client: &Client, name: &str) -> Option<&Connection> {
        self.connection(name).filter(|connection| connection.is_enabled_for(client))
    }

    /// Whether there is a connection of this name that is not passwordless by SMS.
    pub(crate) fn has_other_connection(&self, name: &str) -> bool {
        self.other_connections.iter().any(|other| other == name)
    }
}
