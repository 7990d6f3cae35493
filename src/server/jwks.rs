//! The tenant's signing keys, cached.

use super::{Clock, IdTokenAlg, tenant_client::TenantClient, tenant_error::TenantError};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

const MAX_AGE: Duration = Duration::minutes(10);
/// After a failed fetch, older keys are used for this long before the next try.
const PAUSE: Duration = Duration::seconds(10);
/// Unknown keys are looked up at once, but no more often than this: anyone can make up a key id.
const MAX_LOOK_UPS: usize = 5;
const LOOK_UPS_IN: Duration = Duration::minutes(1);

/// No key to check a signature with.
#[derive(Debug, Error)]
pub(super) enum KeyError {
    /// The keys could not be fetched.
    #[error("the tenant's keys could not be fetched: {0}")]
    Fetch(#[from] TenantError),
    /// The tenant's set has no key that can be used.
    #[error("the tenant's key set has no {0} key")]
    Empty(IdTokenAlg),
    /// The tenant has no such key.
    #[error("the tenant has no key of this id")]
    Unknown,
}

/// The keys by their ids.
pub(super) struct Jwks {
    tenant: TenantClient,
    algorithm: IdTokenAlg,
    clock: Arc<dyn Clock>,
    /// Locked while fetching, so that many logins at once fetch once.
    cached: Mutex<Cached>,
}

#[derive(Default)]
struct Cached {
    /// The newest set that had a usable key.
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
    /// When unknown keys were looked up.
    look_ups: Vec<OffsetDateTime>,
}

impl Jwks {
    pub(super) fn new(tenant: TenantClient, algorithm: IdTokenAlg, clock: Arc<dyn Clock>) -> Self {
        Self { tenant, algorithm, clock, cached: Mutex::default() }
    }

    /// The one algorithm of its keys.
    pub(super) fn algorithm(&self) -> IdTokenAlg {
        self.algorithm
    }

    /// Fetches the keys if there are none yet: called before a code is consumed, which would be lost if the ID token could
    /// not be verified.
    pub(super) async fn ready(&self) -> Result<(), KeyError> {
        let mut cached = self.cached.lock().await;
        self.refresh(&mut cached).await
    }

    /// The key of this id.
    pub(super) async fn key(&self, id: &str) -> Result<DecodingKey, KeyError> {
        let mut cached = self.cached.lock().await;
        self.refresh(&mut cached).await?;
        if !cached.keys.contains_key(id) && cached.may_look_up(self.clock.now()) {
            self.fetch(&mut cached).await?;
        }
        cached.keys.get(id).cloned().ok_or(KeyError::Unknown)
    }

    /// Fetches expired keys again. If that fails, the old ones stay valid: the tenant may be down, but its signatures still
    /// hold.
    async fn refresh(&self, cached: &mut Cached) -> Result<(), KeyError> {
        let now = self.clock.now();
        if cached.fetched_at.is_some_and(|at| now - at < MAX_AGE) {
            return Ok(());
        }
        let has_keys = !cached.keys.is_empty();
        if has_keys && cached.tried_at.is_some_and(|at| now - at < PAUSE) {
            return Ok(());
        }
        match self.fetch(cached).await {
            Err(error) if has_keys => {
                tracing::warn!(%error, "the tenant's keys could not be fetched; the ones before are used");
                Ok(())
            }
            result => result,
        }
    }

    /// A set without a usable key does not replace another.
    async fn fetch(&self, cached: &mut Cached) -> Result<(), KeyError> {
        let now = self.clock.now();
        cached.tried_at = Some(now);
        let document = self.tenant.jwks().await?;
        let entries = document["keys"].as_array().into_iter().flatten();
        let keys: HashMap<_, _> = entries.filter_map(|entry| usable(entry, self.algorithm)).collect();
        if keys.is_empty() {
            return Err(KeyError::Empty(self.algorithm));
        }
        (cached.keys, cached.fetched_at) = (keys, Some(now));
        Ok(())
    }
}

impl Cached {
    fn may_look_up(&mut self, now: OffsetDateTime) -> bool {
        // Just fetched.
        if self.fetched_at == Some(now) {
            return false;
        }
        self.look_ups.retain(|at| now - *at < LOOK_UPS_IN);
        let may = self.look_ups.len() < MAX_LOOK_UPS;
        if may {
            self.look_ups.push(now);
        }
        may
    }
}

/// A key that may sign ID tokens; other entries are skipped.
fn usable(entry: &Value, algorithm: IdTokenAlg) -> Option<(String, DecodingKey)> {
    let jwk: Jwk = serde_json::from_value(entry.clone()).ok()?;
    let named = jwk.common.key_algorithm;
    let is_named = named.is_none_or(|named| Algorithm::try_from(named) == Ok(algorithm.algorithm()));
    let is_kind = match algorithm {
        IdTokenAlg::Rs256 => entry["kty"] == "RSA",
        IdTokenAlg::Es256 => entry["kty"] == "EC" && entry["crv"] == "P-256",
    };
    let is_for_signatures = entry["use"].is_null() || entry["use"] == "sig";
    let key = DecodingKey::try_from(&jwk).ok()?;
    (is_named && is_kind && is_for_signatures).then_some((jwk.common.key_id?, key))
}
