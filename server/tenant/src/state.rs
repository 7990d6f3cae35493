//! What handlers share.

use std::sync::Arc;

use crate::{
    clock::{Clock, Millis},
    config::{AudienceError, Client, TenantConfig},
    entropy::Entropy,
    error::StoreError,
    keys::rotation::{Keyring, Keys},
    origin::Origin,
    rate_limit::{settings::Limits, timing_guard::SendTimes},
    seal::SealKey,
    sms::registry::Senders,
    store::Store,
};

/// What the handlers share.
pub(crate) struct Tenant {
    pub(crate) origin: Origin,
    pub(crate) config: TenantConfig,
    pub(crate) limits: Limits,
    pub(crate) keyring: Keyring,
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
