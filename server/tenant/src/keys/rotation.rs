//! The keys over time: generated at the first start, rotated by an operator, and read again from the store every minute so
//! that all instances follow. Where the operator supplies the signing keys, none is generated or stored here.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::Validation;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    operator_keys::OperatorKeys,
    signing_algorithm::SigningAlgorithm,
    signing_key::{CACHE_SECONDS, PublicKey, RETIRED_SECONDS, SignError, SigningKey, TokenType, generate},
};
use crate::{
    clock::{Clock, Millis},
    entropy::{self, Entropy},
    error::{BuildError, StoreError},
    store::{RetiredKey, Slot, Store, StoredKeys},
};

/// How long one key hashes codes before the next takes over.
const OTP_KEY_SECONDS: i64 = 24 * 60 * 60;

/// The signing keys at one moment.
#[derive(Debug)]
pub(crate) struct KeySet {
    /// One an algorithm.
    in_use: Vec<InUse>,
    retired: Vec<PublicKey>,
}

#[derive(Debug)]
struct InUse {
    current: SigningKey,
    /// None where the operator supplies the key.
    next: Option<PublicKey>,
}

impl KeySet {
    /// All keys that may have signed a token that has not expired, or will sign one soon.
    pub(crate) fn public(&self) -> impl Iterator<Item = &PublicKey> {
        let in_use = self.in_use.iter().flat_map(|key| [&key.current.public].into_iter().chain(&key.next));
        in_use.chain(&self.retired)
    }

    /// The key that signs with an algorithm, if there is one.
    pub(crate) fn current(&self, algorithm: SigningAlgorithm) -> Option<&SigningKey> {
        self.in_use.iter().map(|key| &key.current).find(|key| key.public.algorithm == algorithm)
    }

    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        token_type: TokenType,
        claims: &impl Serialize,
    ) -> Result<String, SignError> {
        self.current(algorithm).ok_or(SignError::NoKey(algorithm))?.sign(token_type, claims)
    }

    /// The claims of a token that one of these keys signed, for this audience if one is given. The caller checks the expiry.
    pub(crate) fn verify<C: DeserializeOwned + Clone>(
        &self,
        token_type: TokenType,
        token: &str,
        issuer: &str,
        audience: Option<&str>,
    ) -> Option<C> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(token_type.typ()) {
            return None;
        }
        let kid = header.kid?;
        let key = self.public().find(|key| key.kid == kid)?;
        // The algorithm is that of the key, whatever the header says.
        let mut validation = Validation::new(key.algorithm.into());
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.set_issuer(&[issuer]);
        match audience {
            Some(audience) => validation.set_audience(&[audience]),
            None => validation.validate_aud = false,
        }
        key.verify(token, &validation)
    }

    async fn load(store: &Store, operator: &OperatorKeys, now: Millis) -> Result<Self, BuildError> {
        let mut in_use = Vec::new();
        for current in operator.signing()? {
            // Recorded at each load, so that the key stays published for a while after another one replaces it.
            store.record_operator_key(&current.public, now).await?;
            in_use.push(InUse { current, next: None });
        }
        if !operator.has_signing_key() {
            for algorithm in SigningAlgorithm::ALL {
                let stored = load_or_generate(store, algorithm, now).await?;
                let key = |(pkcs8, _): &(Vec<u8>, Millis)| SigningKey::from_pkcs8(algorithm, pkcs8);
                in_use.push(InUse { current: key(&stored.current)?, next: Some(key(&stored.next)?.public) });
            }
        }
        let mut retired = Vec::new();
        for RetiredKey { public, .. } in store.retired_keys(now.plus_seconds(-RETIRED_SECONDS)).await? {
            // A rotation between the two reads returns a key twice.
            if in_use.iter().all(|key| key.current.public.kid != public.kid) {
                retired.push(public);
            }
        }
        Ok(Self { in_use, retired })
    }
}

/// The signing keys, cached for a minute.
#[derive(Clone)]
pub(crate) struct SigningKeys(Arc<Inner>);

struct Inner {
    operator: OperatorKeys,
    store: Store,
    clock: Arc<dyn Clock>,
    cached: RwLock<(Arc<KeySet>, Millis)>,
}

impl SigningKeys {
    pub(crate) async fn open(store: Store, operator: OperatorKeys, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        let now = clock.millis();
        if operator.has_signing_key() {
            store.retire_stored_keys(now).await?;
        }
        let keys = Arc::new(KeySet::load(&store, &operator, now).await?);
        Ok(Self(Arc::new(Inner { operator, store, clock, cached: RwLock::new((keys, now)) })))
    }

    pub(crate) async fn keys(&self) -> Result<Arc<KeySet>, StoreError> {
        let Inner { operator, store, clock, cached } = &*self.0;
        let now = clock.millis();
        let (keys, read_at) = cached.read().unwrap_or_else(PoisonError::into_inner).clone();
        if now < read_at.plus_seconds(CACHE_SECONDS) {
            return Ok(keys);
        }
        let keys = KeySet::load(store, operator, now).await.map(Arc::new).map_err(|error| match error {
            BuildError::Store(error) => error,
            _ => StoreError::Malformed("signing key"),
        })?;
        *cached.write().unwrap_or_else(PoisonError::into_inner) = (Arc::clone(&keys), now);
        Ok(keys)
    }
}

/// The stored keys of an algorithm; generates them at the first start. Instances that start at once end up with the same ones.
pub(crate) async fn load_or_generate(
    store: &Store,
    algorithm: SigningAlgorithm,
    now: Millis,
) -> Result<StoredKeys, BuildError> {
    if let Some(keys) = store.signing_keys(algorithm).await? {
        return Ok(keys);
    }
    for slot in [Slot::Current, Slot::Next] {
        store.offer_signing_key(algorithm, slot, &generate_off_thread(algorithm).await?, now).await?;
    }
    store.signing_keys(algorithm).await?.ok_or(BuildError::SigningKey("it was not stored"))
}

/// Generating an RSA key takes a good part of a second, too long for an async worker.
pub(crate) async fn generate_off_thread(algorithm: SigningAlgorithm) -> Result<Vec<u8>, BuildError> {
    let generated = tokio::task::spawn_blocking(move || generate(algorithm)).await;
    generated.map_err(|_| BuildError::SigningKey("generating it was interrupted"))?
}

/// Generates the first key that codes are hashed under, and the next one when the newest is a day old.
pub(crate) async fn rotate_otp_key_if_due(store: &Store, now: Millis, entropy: &dyn Entropy) -> Result<(), StoreError> {
    let newest = store.otp_key_times().await?.first().copied();
    if newest.is_none_or(|since| now >= since.plus_seconds(OTP_KEY_SECONDS)) {
        store.put_otp_key(&entropy::token(entropy).into(), now).await?;
    }
    Ok(())
}
