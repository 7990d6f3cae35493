//! The keys, listed and rotated by an operator.

use time::OffsetDateTime;

use crate::{
    clock::{Clock, Millis},
    entropy::{self, Entropy},
    error::{BuildError, StoreError},
    keys::{
        operator_keys::OperatorKeys,
        rotation::{generate_off_thread, load_or_generate},
        signing_algorithm::SigningAlgorithm,
        signing_key::{PublicKey, RETIRED_SECONDS, SigningKey},
    },
    store::{Pool, RetiredKey, Store},
};

/// A signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its `kid` in tokens and in `/.well-known/jwks.json`.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Its state.
    pub state: KeyState,
    /// Since when it is in that state.
    pub since: OffsetDateTime,
}

impl KeyInfo {
    fn new(public: &PublicKey, state: KeyState, since: Millis) -> Self {
        Self { kid: public.kid.clone(), algorithm: public.algorithm, state, since: at(since) }
    }
}

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It signs tokens, or hashes codes.
    Current,
    /// It is published, so that clients know it when it becomes the current one.
    Next,
    /// It no longer signs, and stays published until the tokens that it signed have expired; or it no longer hashes, and is
    /// stored until the codes that it hashed have expired.
    Retired,
}

/// The signing keys that are published.
///
/// # Errors
///
/// When the store or a key cannot be used.
pub async fn signing_keys(pool: &Pool, operator: &OperatorKeys, clock: &dyn Clock) -> Result<Vec<KeyInfo>, BuildError> {
    let (store, now) = (Store::new(pool.clone()), clock.millis());
    list_signing_keys(&store, operator, now).await
}

async fn list_signing_keys(store: &Store, operator: &OperatorKeys, now: Millis) -> Result<Vec<KeyInfo>, BuildError> {
    let mut keys = Vec::new();
    for key in operator.signing()? {
        keys.push(KeyInfo::new(&key.public, KeyState::Current, now));
    }
    if !operator.has_signing_key() {
        for algorithm in SigningAlgorithm::ALL {
            let stored = load_or_generate(store, algorithm, now).await?;
            for ((pkcs8, since), state) in [(&stored.current, KeyState::Current), (&stored.next, KeyState::Next)] {
                keys.push(KeyInfo::new(&SigningKey::from_pkcs8(algorithm, pkcs8)?.public, state, *since));
            }
        }
    }
    let in_use: Vec<String> = keys.iter().map(|key| key.kid.clone()).collect();
    for RetiredKey { public, retired_at } in store.retired_keys(now.plus_seconds(-RETIRED_SECONDS)).await? {
        if !in_use.contains(&public.kid) {
            keys.push(KeyInfo::new(&public, KeyState::Retired, retired_at));
        }
    }
    Ok(keys)
}

/// Makes the next key of each algorithm the current one, and generates a new next one. The old one stays published until what
/// it signed has expired; its private half is deleted. Running instances follow within a minute. Of parallel rotations one
/// takes effect. For keys in the database, not for [`OperatorKeys`].
///
/// # Errors
///
/// When the store or a key cannot be used.
pub async fn rotate_signing_keys(pool: &Pool, clock: &dyn Clock) -> Result<Vec<KeyInfo>, BuildError> {
    let (store, now) = (Store::new(pool.clone()), clock.millis());
    for algorithm in SigningAlgorithm::ALL {
        let stored = load_or_generate(&store, algorithm, now).await?;
        let public = SigningKey::from_pkcs8(algorithm, &stored.current.0)?.public;
        let fresh = generate_off_thread(algorithm).await?;
        store.rotate_signing_keys(&stored, &fresh, &RetiredKey { public, retired_at: now }).await?;
    }
    list_signing_keys(&store, &OperatorKeys::default(), now).await
}

fn at(moment: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(moment.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A key that one-time codes are hashed under. It has no name, and itself it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtpKeyInfo {
    /// [`KeyState::Current`] or [`KeyState::Retired`].
    pub state: KeyState,
    /// Since when it is in that state.
    pub since: OffsetDateTime,
}

/// The keys that one-time codes are hashed under, the current one first.
///
/// # Errors
///
/// When the store cannot be used.
pub async fn otp_keys(pool: &Pool) -> Result<Vec<OtpKeyInfo>, StoreError> {
    list_otp_keys(&Store::new(pool.clone())).await
}

async fn list_otp_keys(store: &Store) -> Result<Vec<OtpKeyInfo>, StoreError> {
    let created = store.otp_key_times().await?;
    let mut keys = Vec::new();
    for (index, since) in created.iter().enumerate() {
        // A key is retired since its successor was created.
        let (state, since) = match index.checked_sub(1).and_then(|newer| created.get(newer)) {
            None => (KeyState::Current, since),
            Some(successor) => (KeyState::Retired, successor),
        };
        let since =
            OffsetDateTime::from_unix_timestamp(since.seconds()).map_err(|_| StoreError::Malformed("OTP key"))?;
        keys.push(OtpKeyInfo { state, since });
    }
    Ok(keys)
}

/// Rotates the key that one-time codes are hashed under, at once and in all instances; codes under way stay valid.
///
/// # Errors
///
/// When the store cannot be used.
pub async fn rotate_otp_key(
    pool: &Pool,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<OtpKeyInfo>, StoreError> {
    let store = Store::new(pool.clone());
    store.put_otp_key(&entropy::token(entropy).into(), clock.millis()).await?;
    list_otp_keys(&store).await
}
