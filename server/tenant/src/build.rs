//! Builds a tenant from its settings.

use std::sync::Arc;

use axum::Router;
use url::Url;

use crate::{
    audit::log::AuditLog,
    back_channel::BackChannel,
    clock::Clock,
    config::TenantConfig,
    endpoints,
    entropy::Entropy,
    error::BuildError,
    hosted_login::HostedLogins,
    http::cookies::CookiePolicy,
    keys::{
        operator_keys::OperatorKeys,
        rotation::{KeySet, SigningKeys, rotate_otp_key_if_due},
    },
    login_page::LoginPage,
    login_sends::LoginSends,
    oauth::{
        authorization_codes::AuthorizationCodes, authorizer::Authorizer, client_auth::ClientAuthenticator,
        login_tickets::LoginTickets, refresh::RefreshTokens, sso::SsoSessions, tokens::Tokens,
    },
    origin::Origin,
    otp::{
        breaker::Breaker, known_device::KnownDevices, proof_of_work::WorkKey, service::OtpService, session::OtpSessions,
    },
    rate_limit::settings::Limits,
    seal::SealKey,
    sms::{Sms, registry::SenderRegistry},
    state::{AppState, Parts},
    store::{Connections, Store},
};

/// The settings of a tenant.
#[derive(Clone)]
pub struct Settings {
    /// The tenant's origin as others see it; the issuer is this and a slash.
    pub public_url: Url,
    /// Clients and connections.
    pub config: TenantConfig,
    /// The sender for connections that configure none of their own.
    pub sms: Sms,
    /// How many codes may be requested.
    pub limits: Limits,
    /// Keys that the operator supplies.
    pub keys: OperatorKeys,
    /// Renders the login page.
    pub login_page: Arc<dyn LoginPage>,
}

/// A tenant that can be run.
#[derive(Debug)]
pub struct Tenant {
    /// To serve with `into_make_service_with_connect_info::<SocketAddr>()`.
    pub router: Router,
    /// To run beside it: tells applications of logouts.
    pub back_channel: BackChannel,
}

/// Generates the keys at the first start, and puts the tenant together.
///
/// # Errors
///
/// When the store, a key or the settings cannot be used.
pub async fn build(
    settings: Settings,
    connections: impl Into<Connections>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Tenant, BuildError> {
    let state = state(settings, connections.into(), clock, entropy).await?;
    let back_channel = BackChannel::new(
        state.config.clone(),
        state.tokens.clone(),
        AuditLog { store: state.store.clone(), clock: state.clock.clone(), entropy: state.entropy.clone() },
        state.entropy.clone(),
    )?;
    Ok(Tenant { router: endpoints::router(state)?, back_channel })
}

async fn state(
    settings: Settings,
    connections: Connections,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<AppState, BuildError> {
    let Settings { public_url, config, sms, limits, keys, login_page } = settings;
    let store = Store::new(connections).with_operator_otp_key(keys.otp.clone());
    let keys = SigningKeys::open(store.clone(), keys, Arc::clone(&clock)).await?;
    check_algorithms(&config, &*keys.keys().await?)?;
    rotate_otp_key_if_due(&store, clock.millis(), &*entropy).await?;
    let seal_key = Arc::new(SealKey::of(&store.secret("cookies", &*entropy).await?)?);
    let work_key = Arc::new(WorkKey::of(&store.secret("proof_of_work", &*entropy).await?));
    let origin = Origin::of(&public_url)?;
    let cookies = CookiePolicy::new(&origin);
    let (config, limits) = (Arc::new(config), Arc::new(limits));
    let senders = Arc::new(SenderRegistry::new(&sms, config.connections(), &origin, &clock, &entropy)?);

    let audit = AuditLog { store: store.clone(), clock: clock.clone(), entropy: entropy.clone() };
    let tokens = Tokens {
        origin: origin.clone(),
        keys: keys.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        store: store.clone(),
    };
    let refresh_tokens =
        RefreshTokens { store: store.clone(), audit: audit.clone(), clock: clock.clone(), entropy: entropy.clone() };
    let codes = AuthorizationCodes {
        store: store.clone(),
        refresh_tokens: refresh_tokens.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    Ok(AppState::new(Parts {
        clients: ClientAuthenticator {
            config: config.clone(),
            origin: origin.clone(),
            store: store.clone(),
            clock: clock.clone(),
        },
        otp: OtpService {
            limits: limits.clone(),
            breaker: Breaker {
                limits: limits.clone(),
                store: store.clone(),
                audit: audit.clone(),
                clock: clock.clone(),
            },
            senders: senders.clone(),
            work_key,
            timing: Arc::default(),
            store: store.clone(),
            audit,
            clock: clock.clone(),
            entropy: entropy.clone(),
        },
        otp_sessions: OtpSessions { key: seal_key.clone(), clock: clock.clone(), entropy: entropy.clone() },
        devices: KnownDevices { key: seal_key.clone(), cookies, clock: clock.clone(), entropy: entropy.clone() },
        logins: HostedLogins { key: seal_key, cookies, clock: clock.clone(), entropy: entropy.clone() },
        login_sends: LoginSends { store: store.clone(), clock: clock.clone() },
        sessions: SsoSessions { store: store.clone(), cookies, clock: clock.clone(), entropy: entropy.clone() },
        tickets: LoginTickets { store: store.clone(), cookies, clock: clock.clone(), entropy: entropy.clone() },
        authorizer: Authorizer { codes: codes.clone(), tokens: tokens.clone() },
        origin,
        config,
        limits,
        senders,
        login_page,
        store,
        clock,
        entropy,
        keys,
        tokens,
        refresh_tokens,
        codes,
    }))
}

/// The keys of the operator may be of RSA alone.
fn check_algorithms(config: &TenantConfig, keys: &KeySet) -> Result<(), BuildError> {
    if config.signing_algorithms().all(|algorithm| keys.current(algorithm).is_some()) {
        Ok(())
    } else {
        Err(BuildError::SigningKey("a client has jwt_configuration.alg ES256, and no key is on P-256"))
    }
}
