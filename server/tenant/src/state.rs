//! Application state: each handler extracts the parts that it uses.

use std::sync::Arc;

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

#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    pub(crate) origin: Origin,
    pub(crate) config: Arc<TenantConfig>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) senders: Arc<SenderRegistry>,
    pub(crate) login_page: Arc<dyn LoginPage>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: SigningKeys,
    pub(crate) clients: ClientAuthenticator,
    pub(crate) otp: OtpService,
    pub(crate) devices: KnownDevices,
    pub(crate) otp_sessions: OtpSessions,
    pub(crate) logins: HostedLogins,
    pub(crate) login_sends: LoginSends,
    pub(crate) sessions: SsoSessions,
    pub(crate) tickets: LoginTickets,
    pub(crate) tokens: Tokens,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) codes: AuthorizationCodes,
    pub(crate) authorizer: Authorizer,
}
