//! The configuration: flags, each of which is also an environment variable.

mod caps;
mod countries;
mod exposure;
mod secret_files;
mod variables;
mod warnings;

pub use countries::ServedCountries;
pub use secret_files::SecretFileError;
pub(crate) use secret_files::variable_or_file;
pub use variables::VariableError;
pub(crate) use variables::{check as check_variable, without_empty};
pub(crate) use warnings::is_plain;

use crate::database::DatabaseArgs;
use clap::{ArgAction, Args};
use http::HeaderName;
use ipnet::IpNet;
use leptos_passwordless::{
    Country, Terms,
    server::{IdTokenAlg, Language, LoginFlow, Origin, Tenant, TermsPolicy},
};
use passwordless_tenant::ProofOfWork;
use secrecy::SecretString;
use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    time::Duration,
};
use thiserror::Error;
use url::Url;

/// Which servers this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The app with its own tenant.
    Both,
    /// The app alone.
    App,
    /// The tenant alone.
    Tenant,
}

/// Everything that can be configured.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Where browsers reach the app
    #[arg(long, env, global = true, default_value = "http://localhost:3000")]
    pub app_base_url: Url,
    /// Where the app listens
    #[arg(long, env, global = true, default_value = "127.0.0.1:3000")]
    pub leptos_site_addr: SocketAddr,
    /// The folder with the compiled client
    #[arg(long, env, global = true, default_value = "target/site")]
    pub leptos_site_root: PathBuf,
    /// A tenant's domain, or an origin with its scheme; without it the embedded tenant is used
    #[arg(long, env, global = true)]
    pub auth0_domain: Option<Tenant>,
    /// The application's client id at the tenant
    #[arg(long, env, global = true, value_parser = text)]
    pub auth0_client_id: Option<String>,
    /// The application's secret at the tenant
    #[arg(long, env, global = true, hide_env_values = true, value_parser = secret)]
    pub auth0_client_secret: Option<SecretString>,
    /// A file with that secret
    #[arg(long, env, global = true, conflicts_with = "auth0_client_secret")]
    pub auth0_client_secret_file: Option<PathBuf>,
    /// How a login ends: through the tenant (redirect) or on the server (token)
    #[arg(long, env, global = true, default_value = "redirect")]
    pub auth0_login_flow: LoginFlow,
    /// What ID tokens must be signed with: RS256 or ES256
    #[arg(long, env, global = true, default_value = "RS256")]
    pub auth0_id_token_alg: IdTokenAlg,
    /// The API that access tokens are for
    #[arg(long, env, global = true, value_parser = text)]
    pub auth0_audience: Option<String>,
    /// The scopes requested
    #[arg(long, env, global = true, default_value = "openid profile phone")]
    pub auth0_scope: String,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the embedded tenant listens
    #[arg(long, env, global = true, default_value = "127.0.0.1:3001")]
    pub tenant_addr: SocketAddr,
    /// The embedded tenant's origin as others see it; the issuer is this and a slash
    #[arg(long, env, global = true, default_value = "http://localhost:3001")]
    pub tenant_public_url: Url,
    /// The embedded tenant's tenant.yaml
    #[arg(long, env, global = true)]
    pub tenant_config: Option<PathBuf>,
    /// Keys that are not in the database.
    #[command(flatten)]
    pub keys: KeyArgs,
    /// Real SMS instead of the outbox.
    #[command(flatten)]
    pub twilio: TwilioArgs,
    /// Codes that one address may ask for in an hour; 0 lifts the limit, on loopback addresses only
    #[arg(long, env, global = true, default_value_t = 50)]
    pub limit_starts_per_ip_hour: u32,
    /// Codes that may go to one phone number in an hour; 0 lifts the limit, on loopback addresses only
    #[arg(long, env, global = true, default_value_t = 10)]
    pub limit_starts_per_phone_hour: u32,
    /// Codes that may go to the numbers of one country in an hour; 0 is no cap; by default 300, and no cap on loopback
    #[arg(long, env, global = true)]
    pub limit_starts_per_country_hour: Option<u32>,
    /// Codes that may be sent in an hour at all; 0 is no cap; by default 1000, and no cap on loopback
    #[arg(long, env, global = true)]
    pub limit_starts_total_hour: Option<u32>,
    /// Slow and stop numbers with a prefix in common that ask for codes and enter none, against SMS pumping
    #[arg(long, env, global = true, default_value_t = true, action = ArgAction::Set)]
    pub sms_pumping_breaker: bool,
    /// Whether a code is sent only for a proof of work, which browsers calculate: never, under-attack or always
    #[arg(long, env, global = true, default_value = "under-attack", value_parser = proof_of_work)]
    pub proof_of_work: ProofOfWork,
    /// Landlines may be texted too; some countries read the SMS aloud
    #[arg(long, env, global = true)]
    pub allow_landlines: bool,
    /// Countries that may be texted, as ISO codes: DE,AT,CH; `all` or nothing: all, which in public is better said
    #[arg(long, env, global = true)]
    pub limit_countries: Option<ServedCountries>,
    /// Networks of proxies that are believed about the address of a client: `10.0.0.0/8,::1/128`
    #[arg(long, env, global = true, value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// The one header in which they pass it on: X-Forwarded-For, Forwarded, X-Real-IP, CF-Connecting-IP, …
    #[arg(long, env, global = true, default_value = "X-Forwarded-For")]
    pub trusted_proxy_header: HeaderName,
    /// Where Prometheus reads /metrics; without it there are none
    #[arg(long, env, global = true)]
    pub metrics_addr: Option<SocketAddr>,
    /// How many clients there may be.
    #[command(flatten)]
    pub connections: ConnectionArgs,
    /// Seconds between /readyz going down and the end of new connections, once the program is asked to stop
    #[arg(long, env, global = true, default_value_t = 0)]
    pub shutdown_delay_seconds: u32,
    /// How the dialog behaves.
    #[command(flatten)]
    pub lock: LockArgs,
    /// Hours without a visit after which a session ends
    #[arg(long, env, global = true, default_value = "24")]
    pub session_idle_hours: NonZeroU32,
    /// Hours after which a session ends in any case
    #[arg(long, env, global = true, default_value = "168")]
    pub session_absolute_hours: NonZeroU32,
    /// Seconds until the dialog offers another code
    #[arg(long, env, global = true, default_value_t = 30)]
    pub resend_after_seconds: u32,
    /// Digits of a code, if the tenant does not return them, as Auth0 does not; 0 if they vary
    #[arg(long, env, global = true, default_value_t = 6)]
    pub code_length: u32,
    /// Seconds until a code expires, if the tenant does not return them
    #[arg(long, env, global = true, default_value_t = 180)]
    pub code_lifetime_seconds: u32,
    /// How long a call to the tenant may take; for tests, which do not wait so long.
    #[arg(skip = Duration::from_secs(10))]
    pub tenant_timeout: Duration,
}

/// Limits on connections, and their timeouts.
#[derive(Clone, Copy, Debug, Args)]
pub struct ConnectionArgs {
    /// Connections that may be open at once, of the app and of the tenant each
    #[arg(long, env, global = true, default_value = "2000")]
    pub max_connections: NonZeroUsize,
    /// Connections of one address; those of trusted proxies and of this machine are not counted
    #[arg(long, env, global = true, default_value = "200")]
    pub max_connections_per_address: NonZeroUsize,
    /// Until the first request of a connection is there without its body; for tests, which do not wait so long.
    #[arg(skip = Duration::from_secs(10))]
    pub head_timeout: Duration,
    /// Until the next one is, after an answer.
    #[arg(skip = Duration::from_secs(30))]
    pub idle_timeout: Duration,
}

/// How the dialog behaves.
#[derive(Clone, Debug, Args)]
pub struct LockArgs {
    /// The country chosen at first, as an ISO code; without it a guess from the browser's language
    #[arg(long, env, global = true, value_parser = Country::supported)]
    pub default_location: Option<Country>,
    /// The language of the dialog and of the SMS, such as de; without it the browser's
    #[arg(long, env, global = true, value_parser = Language::from_tag)]
    pub lock_language: Option<Language>,
    /// Offer the number of the last login on this browser, masked; it is kept in an encrypted cookie
    #[arg(long, env, global = true)]
    pub remember_last_login: bool,
    /// Warn users on the login page that codes by SMS can be intercepted, as NIST SP 800-63B-4 requires
    #[arg(long, env, global = true)]
    pub sms_notice: bool,
    /// The terms of service that a sign-up agrees to
    #[arg(long, env, global = true, requires = "privacy_url")]
    pub terms_url: Option<Url>,
    /// The privacy policy that a sign-up agrees to
    #[arg(long, env, global = true, requires = "terms_url")]
    pub privacy_url: Option<Url>,
    /// The version that is recorded with a consent
    #[arg(long, env, global = true, default_value = "1")]
    pub terms_version: String,
    /// The terms have to be accepted before a code is sent
    #[arg(long, env, global = true, requires = "terms_url")]
    pub must_accept_terms: bool,
}

impl LockArgs {
    /// The terms that a sign-up agrees to.
    pub(crate) fn terms(&self) -> Option<TermsPolicy> {
        let (terms_url, privacy_url) = self.terms_url.clone().zip(self.privacy_url.clone())?;
        let links = Terms::new(terms_url, privacy_url);
        Some(TermsPolicy::new(links, &self.terms_version, self.must_accept_terms))
    }
}

/// Keys of the embedded tenant that the operator configures, so that they are not in the database.
#[derive(Clone, Debug, Args)]
pub struct KeyArgs {
    /// The RSA key that signs tokens, PKCS#8 in PEM, and one on P-256 for ES256; without it the tenant makes keys of its own
    #[arg(long, env, global = true, hide_env_values = true, value_parser = secret)]
    pub tenant_signing_key: Option<SecretString>,
    /// A file with that key
    #[arg(long, env, global = true, conflicts_with = "tenant_signing_key")]
    pub tenant_signing_key_file: Option<PathBuf>,
    /// A secret that codes are hashed under, 32 random bytes or more in base64url; the database alone then reveals no code
    #[arg(long, env, global = true, hide_env_values = true, value_parser = secret)]
    pub tenant_code_key: Option<SecretString>,
    /// A file with that secret
    #[arg(long, env, global = true, conflicts_with = "tenant_code_key")]
    pub tenant_code_key_file: Option<PathBuf>,
}

/// The account at Twilio.
#[derive(Clone, Debug, Args)]
pub struct TwilioArgs {
    /// Twilio: the account
    #[arg(long, env, global = true, value_parser = text)]
    pub twilio_account_sid: Option<String>,
    /// Twilio: its token
    #[arg(long, env, global = true, hide_env_values = true, value_parser = secret)]
    pub twilio_auth_token: Option<SecretString>,
    /// A file with that token
    #[arg(long, env, global = true, conflicts_with = "twilio_auth_token")]
    pub twilio_auth_token_file: Option<PathBuf>,
    /// Twilio: the number that messages come from
    #[arg(long, env, global = true, value_parser = text)]
    pub twilio_from: Option<String>,
    /// Twilio: the messaging service that messages come from
    #[arg(long, env, global = true, value_parser = text)]
    pub twilio_messaging_service_sid: Option<String>,
    /// Twilio: another base URL, such as that of a region
    #[arg(long, env, global = true)]
    pub twilio_api_base_url: Option<Url>,
}

/// A flag was given nothing; an empty variable is none.
#[derive(Clone, Copy, Debug, Error)]
#[error("it must not be empty")]
struct Empty;

fn text(text: &str) -> Result<String, Empty> {
    if text.trim().is_empty() { Err(Empty) } else { Ok(text.to_owned()) }
}

/// A word that is none of the three.
#[derive(Clone, Copy, Debug, Error)]
#[error("it must be never, under-attack or always")]
struct NoProofOfWork;

fn proof_of_work(text: &str) -> Result<ProofOfWork, NoProofOfWork> {
    match text {
        "never" => Ok(ProofOfWork::Never),
        "under-attack" => Ok(ProofOfWork::UnderAttack),
        "always" => Ok(ProofOfWork::Always),
        _ => Err(NoProofOfWork),
    }
}

fn secret(value: &str) -> Result<SecretString, Empty> {
    text(value).map(SecretString::from)
}

/// The configuration cannot be run.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The app alone needs a tenant elsewhere.
    #[error("`passwordless app` needs AUTH0_DOMAIN; use `passwordless serve` for the app with its own tenant")]
    NoTenant,
    /// A tenant elsewhere gave out credentials.
    #[error("AUTH0_DOMAIN is set, so AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET must be set too")]
    NoCredentials,
    /// The tenant alone needs a client whose secret the apps know.
    #[error("`passwordless tenant` needs TENANT_CONFIG, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET for its one client")]
    NoClient,
    /// Some of the variables of Twilio are set, not all.
    #[error(
        "for real SMS set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and either TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"
    )]
    IncompleteTwilio,
    /// An identifier of another kind, such as an API key in place of the account.
    #[error("{name} must begin with {prefix}, as Twilio's identifiers of that kind do")]
    OtherSid {
        /// The variable.
        name: &'static str,
        /// The prefix of the identifiers.
        prefix: &'static str,
    },
    /// Twilio's token would go there for all to read.
    #[error("TWILIO_API_BASE_URL must be an https URL: the token goes there")]
    PlainTwilio,
    /// Without it the tenant returns no ID token, which identifies the user.
    #[error("AUTH0_SCOPE must contain `openid`: without it the tenant does not say who signed in")]
    NoOpenId,
    /// The outbox shows codes to whoever can reach it.
    #[error(
        "no SMS provider is configured, and the outbox in its place would show every code to whoever reaches {0}: \
         set the TWILIO_ variables, or keep TENANT_ADDR and TENANT_PUBLIC_URL on loopback"
    )]
    PublicOutbox(String),
    /// Without limits, strangers spend the operator's money.
    #[error(
        "a limit of 0 is for loopback addresses only, and {0} is not one: set LIMIT_STARTS_PER_IP_HOUR and \
         LIMIT_STARTS_PER_PHONE_HOUR to more than 0"
    )]
    UnlimitedInPublic(String),
    /// Everyone can read it.
    #[error(
        "a client has the secret of examples/tenant.yaml, which everyone can read, and {0} is not a loopback address: give \
         the client a random one of 32 characters or more"
    )]
    SecretOfExamples(String),
    /// Cookies and codes would go over the internet for all to read.
    #[error(
        "{name} is {url}, without TLS: put a proxy with TLS in front (docs/deploy.md), and set {name} to its https URL"
    )]
    PlainInPublic {
        /// The variable.
        name: &'static str,
        /// Its value.
        url: String,
    },
    /// The browsers of others would be sent to their own machines.
    #[error(
        "APP_BASE_URL is {app}, and {name} is {tenant}, which browsers elsewhere do not reach: set {name} to an https URL \
         that they reach, or AUTH0_LOGIN_FLOW to token"
    )]
    LocalTenant {
        /// Where browsers reach the app.
        app: String,
        /// The tenant's variable.
        name: &'static str,
        /// The tenant.
        tenant: String,
    },
    /// The country chosen at first cannot be chosen.
    #[error("DEFAULT_LOCATION is {0}, which LIMIT_COUNTRIES leaves out: add it there, or choose one of those")]
    DefaultLocation(String),
    /// Not an origin that browsers can reach.
    #[error("{0} must be an http or https origin without a path or a user, such as https://app.example.com")]
    NotAnOrigin(&'static str),
}

impl Config {
    /// Refuses what cannot work, or cannot be run safely.
    pub(crate) fn check(&self, mode: Mode) -> Result<(), ConfigError> {
        check_origin("APP_BASE_URL", &self.app_base_url)?;
        check_origin("TENANT_PUBLIC_URL", &self.tenant_public_url)?;
        if mode != Mode::Tenant && !self.auth0_scope.split_whitespace().any(|scope| scope == "openid") {
            return Err(ConfigError::NoOpenId);
        }
        let offered = self.countries();
        let is_offered = |country: &Country| offered.is_empty() || offered.contains(country);
        if let Some(country) = self.lock.default_location.filter(|country| !is_offered(country)) {
            return Err(ConfigError::DefaultLocation(country.iso().to_owned()));
        }
        let has_credentials = self.auth0_client_id.is_some() && self.auth0_client_secret.is_some();
        match mode {
            Mode::App if !has_credentials => return Err(ConfigError::NoCredentials),
            Mode::Tenant if !has_credentials && self.tenant_config.is_none() => return Err(ConfigError::NoClient),
            _ => {}
        }
        self.check_exposure(mode)
    }
}

fn check_origin(name: &'static str, url: &Url) -> Result<(), ConfigError> {
    Origin::try_from(url.clone()).map(drop).map_err(|_| ConfigError::NotAnOrigin(name))
}
