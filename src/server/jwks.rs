//! The tenant's signing keys, cached.

use super::{
    Clock,
    tenant_client::{TenantClient, TenantError},
};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

const MAX_AGE: Duration = Duration::minutes(10);
/// An unknown key makes the cache fetch again, but not more often than this.
const COOL_DOWN: Duration = Duration::minutes(1);

/// No key to check a signature with.
#[derive(Debug, Error)]
pub(super) enum KeyError {
    /// The keys could not be fetched.
    #[error("the tenant's keys could not be fetched: {0}")]
    Fetch(#[from] TenantError),
    /// The tenant has no such key.
    #[error("the tenant has no key of this id")]
    Unknown,
}

/// The keys by their ids.
pub(super) struct Jwks {
    tenant: TenantClient,
    clock: Arc<dyn Clock>,
    /// Locked while fetching, so that many logins at once fetch once.
    cached: Mutex<Option<Cached>>,
}

struct Cached {
    keys: HashMap<String, DecodingKey>,
    fetched_at: OffsetDateTime,
}

impl Jwks {
    pub(super) fn new(tenant: TenantClient, clock: Arc<dyn Clock>) -> Self {
        Self { tenant, clock, cached: Mutex::new(None) }
    }

    /// The RS256 key of this id.
    pub(super) async fn key(&self, id: &str) -> Result<DecodingKey, KeyError> {
        let mut cached = self.cached.lock().await;
        let found = cached.as_ref().and_then(|cached| cached.keys.get(id)).cloned();
        let age = cached.as_ref().map(|cached| self.clock.now() - cached.fetched_at);
        match (found, age) {
            (Some(key), Some(age)) if age < MAX_AGE => Ok(key),
            (None, Some(age)) if age < COOL_DOWN => Err(KeyError::Unknown),
            _ => {
                let fetched = cached.insert(self.fetch().await?);
                fetched.keys.get(id).cloned().ok_or(KeyError::Unknown)
            }
        }
    }

    async fn fetch(&self) -> Result<Cached, TenantError> {
        let document = self.tenant.jwks().await?;
        let keys = document["keys"].as_array().into_iter().flatten().filter_map(usable).collect();
        Ok(Cached { keys, fetched_at: self.clock.now() })
    }
}

/// A key that may sign ID tokens; what else the document holds is passed over.
fn usable(entry: &Value) -> Option<(String, DecodingKey)> {
    let jwk: Jwk = serde_json::from_value(entry.clone()).ok()?;
    let is_rs256 =
        jwk.common.key_algorithm.is_none_or(|algorithm| Algorithm::try_from(algorithm) == Ok(Algorithm::RS256));
    let is_rsa = entry["kty"] == "RSA" && (entry["use"].is_null() || entry["use"] == "sig");
    let key = DecodingKey::try_from(&jwk).ok()?;
    (is_rs256 && is_rsa).then_some((jwk.common.key_id?, key))
}
