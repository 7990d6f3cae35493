//! The tenant as a whole: what it is made from, and what its handlers share.

use std::sync::Arc;

use axum::Router;
use url::Url;

use crate::{
    clock::{Clock, Millis},
    config::{AudienceError, Client, TenantConfig},
    entropy::Entropy,
    error::{BuildError, StoreError},
    limits::Limits,
    oauth::keyring::{Keyring, Keys},
    own_keys::OwnKeys,
    passwordless::code_keys,
    routes,
    seal::SealKey,
    send_times::SendTimes,
    senders::Senders,
    sms::TwilioConfig,
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
    code_keys::renew(&store, Millis::of(&*clock)).await?;
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
    routes::build(Arc::new(tenant))
}

/// What the handlers share.
pub(crate) struct Tenant {
    pub(crate) origin: Origin,
    pub(crate) config: TenantConfig,
    pub(crate) limits: Limits,
    keyring: Keyring,
    pub(crate) seal_key: SealKey,
    pub(crate) send_times: SendTimes,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) senders: Senders,
}

impl Tenant {
    pub(crate) fn now(&self) -> Millis {
        Millis::of(&*self.clock)
    }

    pub(crate) async fn keys(&self) -> Result<Arc<Keys>, StoreError> {
        self.keyring.keys(&self.store, self.now()).await
    }

    /// The API that the client asks a token for. The tenant's own, which older SDKs name, is in every token anyway.
    pub(crate) fn audience(&self, client: &Client, asked: Option<&str>) -> Result<Option<String>, AudienceError> {
        let Some(audience) = asked.filter(|asked| *asked != self.origin.at("/userinfo")) else { return Ok(None) };
        self.config.check_audience(client, audience).map(|()| Some(audience.to_owned()))
    }
}

/// Where the tenant is, as others see it.
#[derive(Clone, Debug)]
pub(crate) struct Origin(String);

impl Origin {
    fn of(public_url: &Url) -> Result<Self, BuildError> {
        let is_origin = matches!(public_url.scheme(), "http" | "https")
            && matches!(public_url.path(), "" | "/")
            && public_url.query().is_none();
        if is_origin { Ok(Self(public_url.origin().ascii_serialization())) } else { Err(BuildError::PublicUrl) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuer of tokens: the origin with a slash, as at Auth0.
    pub(crate) fn issuer(&self) -> String {
        self.at("/")
    }

    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}
