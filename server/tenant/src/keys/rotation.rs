//! The keys over time: made at first start, read again from the store every minute, so that all instances follow when one
//! of them, or the command line, rotates them. Where the operator keeps the key, none is made or kept here.

use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;

use super::{
    operator_keys::OwnKeys,
    signing_key::{PublicKey, SigningKey, generate},
};
use crate::{
    clock::{Clock, Millis},
    error::{BuildError, StoreError},
    store::{Pool, RetiredKey, Slot, Store, StoredKeys},
};

/// How long an instance goes on with the keys that it read.
const FRESH_SECONDS: i64 = 60;

/// How long a retired key stays published: until the last token that it signed is over.
pub(crate) const RETIRED_SECONDS: i64 = crate::oauth::tokens::LONGEST_SECONDS + 2 * FRESH_SECONDS;

/// The keys at one moment.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) current: SigningKey,
    /// None where the operator keeps the key.
    next: Option<PublicKey>,
    retired: Vec<PublicKey>,
}

impl Keys {
    /// All that may have signed a token that still counts, or will sign one soon.
    pub(crate) fn public(&self) -> impl Iterator<Item = &PublicKey> {
        [&self.current.public].into_iter().chain(&self.next).chain(&self.retired)
    }

    async fn load(store: &Store, own: &OwnKeys, now: Millis) -> Result<Self, BuildError> {
        let (current, next) = if let Some(own) = own.signing()? {
            // Noted each time, so that it stays published for a while after another one takes its place.
            store.note_own_key(&own.public, now).await?;
            (own, None)
        } else {
            let stored = load_or_make(store, now).await?;
            (SigningKey::from_pkcs8(&stored.current.0)?, Some(SigningKey::from_pkcs8(&stored.next.0)?.public))
        };
        let mut retired = Vec::new();
        for key in store.retired_keys(now.plus_seconds(-RETIRED_SECONDS)).await? {
            let public = PublicKey::new(key.modulus, key.exponent);
            // A rotation between the two readings shows a key twice.
            if public.kid != current.public.kid {
                retired.push(public);
            }
        }
        Ok(Self { current, next, retired })
    }
}

/// The keys, and when they were read.
#[derive(Debug)]
pub(crate) struct Keyring {
    own: OwnKeys,
    read: RwLock<(Arc<Keys>, Millis)>,
}

impl Keyring {
    pub(crate) async fn open(store: &Store, own: OwnKeys, now: Millis) -> Result<Self, BuildError> {
        if own.signs() {
            store.retire_stored_keys(now).await?;
        }
        let keys = Arc::new(Keys::load(store, &own, now).await?);
        Ok(Self { own, read: RwLock::new((keys, now)) })
    }

    pub(crate) async fn keys(&self, store: &Store, now: Millis) -> Result<Arc<Keys>, StoreError> {
        let (keys, read_at) = self.read.read().unwrap_or_else(PoisonError::into_inner).clone();
        if now < read_at.plus_seconds(FRESH_SECONDS) {
            return Ok(keys);
        }
        let keys = Keys::load(store, &self.own, now).await.map(Arc::new).map_err(|error| match error {
            BuildError::Store(error) => error,
            _ => StoreError::Malformed("signing key"),
        })?;
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = (Arc::clone(&keys), now);
        Ok(keys)
    }
}

async fn load_or_make(store: &Store, now: Millis) -> Result<StoredKeys, BuildError> {
    if let Some(keys) = store.signing_keys().await? {
        return Ok(keys);
    }
    for slot in [Slot::Current, Slot::Next] {
        store.offer_signing_key(slot, &make().await?, now).await?;
    }
    store.signing_keys().await?.ok_or(BuildError::SigningKey("it was not kept"))
}

async fn make() -> Result<Vec<u8>, BuildError> {
    let made = tokio::task::spawn_blocking(generate).await;
    made.map_err(|_| BuildError::SigningKey("making it was interrupted"))?
}

/// A signing key, for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its name in tokens and in `/.well-known/jwks.json`.
    pub kid: String,
    /// What it does.
    pub state: KeyState,
    /// Since when it does that.
    pub since: OffsetDateTime,
}

/// What a signing key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Current,
    /// It is published, so that clients know it when it becomes the current one.
    Next,
    /// It signs no more, and is published until what it signed has expired.
    Retired,
}

/// The signing keys that are published.
///
/// # Errors
///
/// When the store or a key cannot be used.
pub async fn signing_keys(pool: &Pool, own: &OwnKeys, clock: &dyn Clock) -> Result<Vec<KeyInfo>, BuildError> {
    let (store, now) = (Store::open(pool.clone()).await?, Millis::of(clock));
    let info = |public: &PublicKey, state, since: Millis| KeyInfo { kid: public.kid.clone(), state, since: at(since) };
    let mut keys = Vec::new();
    if let Some(own) = own.signing()? {
        keys.push(info(&own.public, KeyState::Current, now));
    } else {
        let stored = load_or_make(&store, now).await?;
        for ((pkcs8, since), state) in [(&stored.current, KeyState::Current), (&stored.next, KeyState::Next)] {
            keys.push(info(&SigningKey::from_pkcs8(pkcs8)?.public, state, *since));
        }
    }
    let in_use: Vec<String> = keys.iter().map(|key| key.kid.clone()).collect();
    for retired in store.retired_keys(now.plus_seconds(-RETIRED_SECONDS)).await? {
        let public = PublicKey::new(retired.modulus, retired.exponent);
        if !in_use.contains(&public.kid) {
            keys.push(info(&public, KeyState::Retired, retired.retired_at));
        }
    }
    Ok(keys)
}

/// Makes the next key the current one, and a new one the next. The old one stays published until what it signed has
/// expired; its private half is gone. Running instances follow within a minute. Of parallel rotations one counts. For
/// keys that the tenant keeps itself, not for [`OwnKeys`].
///
/// # Errors
///
/// When the store or a key cannot be used.
pub async fn rotate_signing_keys(pool: &Pool, clock: &dyn Clock) -> Result<Vec<KeyInfo>, BuildError> {
    let (store, now) = (Store::open(pool.clone()).await?, Millis::of(clock));
    let stored = load_or_make(&store, now).await?;
    let old = SigningKey::from_pkcs8(&stored.current.0)?.public;
    let retired = RetiredKey { modulus: old.modulus, exponent: old.exponent, retired_at: now };
    store.rotate_signing_keys(&stored, &make().await?, &retired).await?;
    signing_keys(pool, &OwnKeys::default(), clock).await
}

fn at(moment: Millis) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(moment.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
