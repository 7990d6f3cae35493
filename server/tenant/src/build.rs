//! Builds a tenant from its settings.

use std::sync::Arc;

use axum::Router;
use url::Url;

use crate::{
    clock::{Clock, Millis},
    config::TenantConfig,
    endpoints,
    entropy::Entropy,
    error::BuildError,
    keys::{operator_keys::OwnKeys, otp_keys, rotation::Keyring},
    origin::Origin,
    rate_limit::{settings::Limits, timing_guard::SendTimes},
    seal::SealKey,
    sms::{TwilioConfig, registry::Senders},
    state::Tenant,
    store::{Pool, Store},
};

/// What a tenant is made from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The tenant's origin as others see it; the issuer is this and a slash.
    pub public_url: Url,
    /// Clients and connections.
    pub config: TenantConfig,
    /// What sends for connections that name no provider of their own.
    pub sms: Sms,
    /// How many texts may be asked for.
    pub limits: Limits,
    /// Keys that the operator keeps.
    pub keys: OwnKeys,
}

/// The default sender.
#[derive(Clone, Debug)]
pub enum Sms {
    /// No provider: messages are kept for a developer to read at `/outbox`.
    Outbox,
    /// An account at Twilio.
    Twilio(TwilioConfig),
}

/// Creates the tables that are missing, makes the keys at first start, and returns the router to serve with
/// `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// # Errors
///
/// When the store, the key or the settings cannot be used.
pub async fn router(
    settings: Settings,
    pool: Pool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Router, BuildError> {
    let store = Store::open(pool).await?.with_code_key(settings.keys.code.clone());
    let keyring = Keyring::open(&store, settings.keys.clone(), Millis::of(&*clock)).await?;
    otp_keys::renew(&store, Millis::of(&*clock)).await?;
    let origin = Origin::of(&settings.public_url)?;
    let tenant = Tenant {
        senders: Senders::new(&settings, &origin, &clock)?,
        origin,
        config: settings.config,
        limits: settings.limits,
        keyring,
        seal_key: SealKey::of(&store.secret("cookies", &*entropy).await?)?,
        send_times: SendTimes::default(),
        store,
        clock,
        entropy,
    };
    endpoints::router(Arc::new(tenant))
}
