//! The server half: the tenant client, the callback, sessions, and the signed-in user.
//!
//! [`install`] adds it to an Axum router; pages read it with [`use_user`](crate::use_user) and [`use_current_user`].

mod address;
mod admission;
mod authorization_request;
mod backchannel_logout;
mod browser;
mod callback;
mod client_ip;
mod clock;
mod config;
mod cookies;
mod countries;
mod country_guess;
mod current_user;
mod device;
mod end_session;
mod end_sessions;
mod entropy;
mod environment;
pub(crate) mod extra_fields;
mod finish_login;
#[cfg(test)]
mod fuzz;
mod guard;
mod hooks;
mod id_token;
mod id_token_hint;
mod jwks;
mod jwt;
pub(crate) mod languages;
mod last_login;
mod login_id;
mod login_page;
mod login_settings;
mod logins;
mod logout_token;
mod measure;
mod memo;
pub(crate) mod no_js;
mod oauth_secrets;
mod old_forms;
mod origin;
mod own_page;
pub(crate) mod page_context;
mod paths;
mod pending_login;
mod personal;
mod phone_number;
pub(crate) mod proof_of_work;
mod rate_limit;
mod repeats;
mod request_context;
mod request_id;
mod return_to;
mod seal;
mod sends;
mod session;
mod session_list;
mod session_owner;
mod setup;
mod sign_in;
pub(crate) mod sign_out;
mod sms_notice;
pub(crate) mod start;
mod state;
mod tenant_client;
mod tenant_error;
mod tenant_service;
mod terms;
mod token_set;
mod tokens;
mod turns;
mod unavailable;
pub(crate) mod verify;
mod visible_path;

pub use address::is_loopback;
pub use client_ip::{TrustedProxies, TrustedProxiesLayer, network};
pub use clock::{Clock, SystemClock};
pub use config::{AuthConfig, IdTokenAlg, InvalidTenant, LoginFlow, Tenant, UnknownIdTokenAlg, UnknownLoginFlow};
pub use countries::UnknownCountry;
pub use current_user::{CurrentUser, NotSignedIn, require_login};
pub use device::Device;
pub use end_sessions::EndSessions;
pub use environment::EnvironmentError;
pub use extra_fields::ExtraFields;
pub use guard::{RequireLoginBelow, require_login_below};
pub use hooks::{LoginAttempt, LoginStep, ServerHooks};
pub use languages::{Language, UnknownLanguage};
#[cfg(feature = "metrics")]
pub use measure::describe_metrics;
pub use origin::{InvalidOrigin, Origin};
pub use own_page::{NumberForm, provide_login, read_code};
pub use page_context::{adjust_login, use_current_user, use_language};
pub use paths::Paths;
pub use secrecy::{ExposeSecret, SecretString};
pub use session_list::{ListSessions, ListedSession, SessionList, SessionListError, StoredSession, use_session_list};
pub use session_owner::{current_user_of, sid_of, user_id_of};
pub use setup::{Setup, install};
pub use sign_in::SignIn;
pub use sms_notice::SmsNotice;
pub use start::send_code_to;
pub use tenant_service::TenantService;
pub use terms::{Consent, TermsPolicy};
pub use token_set::TokenSet;
pub use tokens::TokenError;
/// The version whose session stores fit: `tower-sessions-sqlx-store` 0.15, `-redis-store` 0.16, `-moka-store` 0.15.
pub use tower_sessions;

use id_token::IdTokens;
use jwks::Jwks;
use logout_token::LogoutTokens;
use rate_limit::Limits;
use sends::Sends;
use std::sync::Arc;
use tenant_client::TenantClient;
use thiserror::Error;
use tower_http::csrf::CsrfLayer;
use turns::Turns;

/// Everything a login needs on the server; cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Parts>);

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Auth").field(self.config()).finish()
    }
}

struct Parts {
    config: AuthConfig,
    tenant: TenantClient,
    id_tokens: IdTokens,
    logout_tokens: LogoutTokens,
    limits: Limits,
    turns: Turns,
    sends: Sends,
    csrf: CsrfLayer,
    clock: Arc<dyn Clock>,
}

/// [`Auth`] could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The HTTP client could not be set up, which is a matter of the system's TLS roots.
    #[error("the HTTP client could not be set up")]
    HttpClient(#[from] reqwest::Error),
    /// [`AuthConfig::app_base_url`] has no origin that a browser could send.
    #[error("the app's base URL has no http or https origin")]
    NotAnOrigin,
}

impl Auth {
    /// Sets up the login, without a request to the tenant.
    ///
    /// # Errors
    /// [`AuthError`] if the app's base URL has no origin, or the HTTP client cannot be set up.
    pub fn new(config: AuthConfig) -> Result<Self, AuthError> {
        Self::with_clock(config, Arc::new(SystemClock))
    }

    /// The same with a clock of your own, for tests.
    ///
    /// # Errors
    /// [`AuthError`] if the app's base URL has no origin, or the HTTP client cannot be set up.
    pub fn with_clock(config: AuthConfig, clock: Arc<dyn Clock>) -> Result<Self, AuthError> {
        if config.asks_for_number() && !config.scope.split_whitespace().any(|scope| scope == "phone") {
            tracing::warn!(
                "the scope lacks `phone`: countries and hooks cannot be asked about a login, so none will end"
            );
        }
        let csrf = csrf(&config)?;
        let tenant = TenantClient::new(&config, clock.clone())?;
        let jwks = Arc::new(Jwks::new(tenant.clone(), config.id_token_alg, clock.clone()));
        let id_tokens = IdTokens::new(&config, jwks.clone(), clock.clone());
        let logout_tokens = LogoutTokens::new(&config, jwks, clock.clone());
        let limits = Limits::new(config.starts_per_ip_hour);
        Ok(Self(Arc::new(Parts {
            config,
            tenant,
            id_tokens,
            logout_tokens,
            limits,
            turns: Turns::default(),
            sends: Sends::default(),
            csrf,
            clock,
        })))
    }

    /// The configuration it was made with.
    pub fn config(&self) -> &AuthConfig {
        &self.0.config
    }

    fn tenant(&self) -> &TenantClient {
        &self.0.tenant
    }

    fn id_tokens(&self) -> &IdTokens {
        &self.0.id_tokens
    }

    fn logout_tokens(&self) -> &LogoutTokens {
        &self.0.logout_tokens
    }

    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn sends(&self) -> &Sends {
        &self.0.sends
    }

    fn turns(&self) -> &Turns {
        &self.0.turns
    }

    fn now(&self) -> time::OffsetDateTime {
        self.0.clock.now()
    }
}

/// The origin is named explicitly, because a proxy may pass on another Host.
fn csrf(config: &AuthConfig) -> Result<CsrfLayer, AuthError> {
    let origin = config.app_base_url.origin().ascii_serialization();
    CsrfLayer::new().add_trusted_origin(origin).map_err(|_| AuthError::NotAnOrigin)
}
