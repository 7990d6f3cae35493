//! Application state: each handler extracts the parts that it uses.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;

use crate::{
    clock::Clock,
    config::TenantConfig,
    entropy::Entropy,
    hosted_login::HostedLogins,
    keys::rotation::SigningKeys,
    login_page::LoginPage,
    login_sends::LoginSends,
    oauth::{
        authorization_codes::AuthorizationCodes, authorizer::Authorizer, client_auth::ClientAuthenticator,
        login_tickets::LoginTickets, refresh::RefreshTokens, sso::SsoSessions, tokens::Tokens,
    },
    origin::Origin,
    otp::{known_device::KnownDevices, service::OtpService, session::OtpSessions},
    rate_limit::settings::Limits,
    sms::registry::SenderRegistry,
    store::Store,
};

/// The parts, and how a handler extracts each.
macro_rules! parts {
    ($($name:ident: $type:ty,)*) => {
        /// The parts of the tenant, made once.
        pub(crate) struct Parts {
            $(pub(crate) $name: $type,)*
        }

        $(impl FromRef<AppState> for $type {
            fn from_ref(state: &AppState) -> Self {
                state.0.$name.clone()
            }
        })*
    };
}

parts! {
    origin: Origin,
    config: Arc<TenantConfig>,
    limits: Arc<Limits>,
    senders: Arc<SenderRegistry>,
    login_page: Arc<dyn LoginPage>,
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    keys: SigningKeys,
    clients: ClientAuthenticator,
    otp: OtpService,
    devices: KnownDevices,
    otp_sessions: OtpSessions,
    logins: HostedLogins,
    login_sends: LoginSends,
    sessions: SsoSessions,
    tickets: LoginTickets,
    tokens: Tokens,
    refresh_tokens: RefreshTokens,
    codes: AuthorizationCodes,
    authorizer: Authorizer,
}

/// What the router shares with each request: it is cloned several times for each.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Parts>);

impl AppState {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
