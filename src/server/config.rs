use super::{
    hooks::ServerHooks,
    languages::Language,
    origin::Origin,
    paths::Paths,
    tenant_service::TenantService,
    terms::{Consent, TermsPolicy},
};
use crate::{Country, outcome::Refusal};
use jsonwebtoken::Algorithm;
use secrecy::SecretString;
use std::{fmt, str::FromStr, time::Duration};
use thiserror::Error;
use url::Url;

/// How a login is configured; the names follow Auth0's environment variables. Made by [`AuthConfig::new`]; what differs from
/// the defaults is set afterwards.
///
/// ```
/// use leptos_passwordless::server::{AuthConfig, LoginFlow};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut config = AuthConfig::new(
///     "https://app.example.com".parse()?,
///     "demo.eu.auth0.com".parse()?,
///     "the client id".to_owned(),
///     "the client secret".into(),
/// );
/// config.login_flow = LoginFlow::Token;
/// config.scope = "openid profile phone offline_access".to_owned();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct AuthConfig {
    /// Where browsers reach the app, which may be below a path; the callback URL is this and [`Paths::callback`].
    pub app_base_url: Url,
    /// The tenant.
    pub tenant: Tenant,
    /// The application's client id at the tenant.
    pub client_id: String,
    /// The application's secret there; it never leaves the server. The library's cookies and stored tokens are encrypted with
    /// a key derived from it: a new secret ends the logins in progress, and the tokens of those who are signed in are lost.
    pub client_secret: SecretString,
    /// How the login ends.
    pub login_flow: LoginFlow,
    /// What the tenant signs ID tokens and logout tokens with; what is signed otherwise is refused, whatever its header says.
    pub id_token_alg: IdTokenAlg,
    /// The API that access tokens are for, if any; see [`CurrentUser::access_token`](super::CurrentUser::access_token).
    pub audience: Option<String>,
    /// The requested scopes, separated by spaces: `openid`, `phone` for the number, `offline_access` for access tokens that
    /// are refreshed.
    pub scope: String,
    /// The name of the passwordless connection at the tenant.
    pub connection: String,
    /// The countries that may be texted, and whose numbers may sign in; empty means all. It is the number in the ID
    /// token that counts, also for logins on the tenant's own page; an ID token without one is refused, so the scope
    /// must contain `phone`.
    pub countries: Vec<Country>,
    /// Whether landlines may be texted: some countries read the SMS aloud. Other numbers that are no person's mobile, such as
    /// those with premium rates, never are.
    pub landlines: bool,
    /// Codes that one address, or one /64 network of IPv6, may request per hour, and a /48 four times as many; 0 means no limit.
    pub starts_per_ip_hour: u32,
    /// The paths of the app that belong to the login.
    pub paths: Paths,
    /// Whether there is a [`Paths::hosted_login`], which leads to the tenant's own login page. Without it, if the tenant
    /// requires another step, the dialog leads back to the login page.
    pub hosted_login: bool,
    /// The initial country, instead of a guess from the browser's language.
    pub default_location: Option<Country>,
    /// The language of the dialog, instead of the browser's.
    pub language: Option<Language>,
    /// The terms that a sign-up accepts.
    pub terms: Option<TermsPolicy>,
    /// Whether the number of the last login is stored in the browser, in an encrypted cookie, and offered, masked.
    pub remember_last_login: bool,
    /// Whether [`SmsNotice`](super::SmsNotice) warns that codes by SMS can be intercepted.
    pub sms_notice: bool,
    /// How long the dialog counts down before it offers another code; the server refuses earlier requests.
    pub resend_after: Duration,
    /// Digits of a code, if the tenant does not report them; 0 if unknown.
    pub code_length: u32,
    /// Lifetime of a code, if the tenant does not report it.
    pub code_lifetime: Duration,
    /// How long a session lasts without a visit.
    pub session_idle: Duration,
    /// How long a session lasts in any case.
    pub session_absolute: Duration,
    /// The app's hooks before a code is sent or checked, and at the end of a login.
    pub hooks: ServerHooks,
    /// Timeout of a call to the tenant.
    pub tenant_timeout: Duration,
    /// The tenant, where it is in this program: the calls of the server do not go through the network then.
    pub tenant_service: Option<TenantService>,
}

impl AuthConfig {
    /// A configuration with the defaults of Auth0's quickstarts: flow `redirect`, scope `openid profile phone`,
    /// connection `sms`, 50 codes an hour for one address, another code after 30 seconds, codes of 6 digits that live for
    /// 3 minutes, sessions of 24 hours without a visit and of 7 days in any case, 10 seconds for a call to the tenant.
    pub fn new(app_base_url: Url, tenant: Tenant, client_id: String, client_secret: SecretString) -> Self {
        Self {
            app_base_url,
            tenant,
            client_id,
            client_secret,
            login_flow: LoginFlow::default(),
            id_token_alg: IdTokenAlg::default(),
            audience: None,
            scope: "openid profile phone".to_owned(),
            connection: "sms".to_owned(),
            countries: Vec::new(),
            landlines: false,
            starts_per_ip_hour: 50,
            paths: Paths::default(),
            hosted_login: true,
            default_location: None,
            language: None,
            terms: None,
            remember_last_login: false,
            sms_notice: false,
            resend_after: Duration::from_secs(30),
            code_length: 6,
            code_lifetime: Duration::from_secs(180),
            session_idle: Duration::from_secs(24 * 60 * 60),
            session_absolute: Duration::from_secs(7 * 24 * 60 * 60),
            hooks: ServerHooks::default(),
            tenant_timeout: Duration::from_secs(10),
            tenant_service: None,
        }
    }

    /// The callback URL, to be listed in the application's Allowed Callback URLs.
    pub fn callback_url(&self) -> String {
        self.app_url(&self.paths.callback)
    }

    /// Where the tenant sends the browser after a logout, to be listed in the Allowed Logout URLs.
    pub fn logged_out_url(&self) -> String {
        self.app_url("/")
    }

    /// Whether cookies must be `Secure`.
    pub fn is_https(&self) -> bool {
        self.app_base_url.scheme() == "https"
    }

    /// Where browsers reach the app, as shown to users.
    pub(super) fn address(&self) -> String {
        self.app_url("")
    }

    /// Refuses if the terms must be accepted and are not.
    pub(super) fn check_consent(&self, consent: Option<&Consent>) -> Result<(), Refusal> {
        let is_enough = self.terms.as_ref().is_none_or(|terms| terms.allows(consent));
        if is_enough { Ok(()) } else { Err(Refusal::TermsNotAccepted) }
    }

    fn app_url(&self, path: &str) -> String {
        format!("{}{path}", self.app_base_url.as_str().trim_end_matches('/'))
    }
}

/// A tenant, by its origin.
///
/// ```
/// use leptos_passwordless::server::Tenant;
///
/// assert_eq!("demo.eu.auth0.com".parse::<Tenant>()?.issuer(), "https://demo.eu.auth0.com/");
/// assert_eq!("http://localhost:3001".parse::<Tenant>()?.issuer(), "http://localhost:3001/");
/// # Ok::<(), leptos_passwordless::server::InvalidTenant>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant(Origin);

/// The text is neither a domain nor an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a tenant: a domain such as demo.eu.auth0.com, or an origin such as http://localhost:3001, is expected")]
pub struct InvalidTenant;

impl Tenant {
    /// The issuer of its tokens, which ends with a slash.
    pub fn issuer(&self) -> &str {
        self.url().as_str()
    }

    /// Its origin, without a slash.
    pub fn origin(&self) -> &str {
        self.issuer().trim_end_matches('/')
    }

    pub(super) fn url(&self) -> &Url {
        self.0.url()
    }

    /// One of its endpoints.
    pub(super) fn endpoint(&self, path: &str) -> Url {
        let mut url = self.url().clone();
        url.set_path(path);
        url
    }
}

impl FromStr for Tenant {
    type Err = InvalidTenant;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        text.parse().map(Self).map_err(|_| InvalidTenant)
    }
}

/// How a login ends once the code is right; parsed from `redirect` and `token`.
///
/// ```
/// use leptos_passwordless::server::LoginFlow;
///
/// assert_eq!("token".parse(), Ok(LoginFlow::Token));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginFlow {
    /// The browser goes to the tenant's `/passwordless/verify_redirect` and comes back to `/callback`, as Lock does it.
    #[default]
    Redirect,
    /// The server calls `/oauth/token` with the passwordless OTP grant; no code is ever in a URL.
    Token,
}

/// The text names no login flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a login flow: `redirect` or `token` is expected")]
pub struct UnknownLoginFlow;

impl FromStr for LoginFlow {
    type Err = UnknownLoginFlow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "redirect" => Ok(Self::Redirect),
            "token" => Ok(Self::Token),
            _ => Err(UnknownLoginFlow),
        }
    }
}

/// What tokens are signed with (RFC 7518, section 3.1); parsed from `RS256` and `ES256`.
///
/// ```
/// use leptos_passwordless::server::IdTokenAlg;
///
/// assert_eq!("ES256".parse(), Ok(IdTokenAlg::Es256));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdTokenAlg {
    /// RSA with SHA-256.
    #[default]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// The text names no algorithm of ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an algorithm of ID tokens: `RS256` or `ES256` is expected")]
pub struct UnknownIdTokenAlg;

impl IdTokenAlg {
    /// Its `alg` in tokens and keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Es256 => Algorithm::ES256,
        }
    }
}

impl fmt::Display for IdTokenAlg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for IdTokenAlg {
    type Err = UnknownIdTokenAlg;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Rs256, Self::Es256].into_iter().find(|alg| alg.name() == text).ok_or(UnknownIdTokenAlg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_origin_is_no_tenant() {
        for text in ["", "ftp://demo.auth0.com", "https://demo.auth0.com/path", "https://user@demo.auth0.com", "a b"] {
            assert_eq!(text.parse::<Tenant>(), Err(InvalidTenant), "{text}");
        }
    }
}
