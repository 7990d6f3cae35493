//! Requests that use a code up can be repeated: a double click, or a browser that loads the URL twice, gets the same result.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::clock::Millis;

/// How long a request can be repeated.
pub(crate) const REPEAT_SECONDS: i64 = 60;

/// Identifies a request that uses a code up: SHA-256 of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestHash(String);

impl RequestHash {
    pub(crate) fn of(request: &impl Serialize) -> Option<Self> {
        let text = serde_json::to_vec(request).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &text))))
    }

    /// From the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// When a code was used up, and by which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redemption {
    pub(crate) at: Millis,
    pub(crate) by: RequestHash,
}

impl Redemption {
    /// Whether this request is the one that used the code up, repeated in time.
    pub(crate) fn is_repeated_by(&self, request: &RequestHash, now: Millis) -> bool {
        self.by == *request && now < self.at.plus_seconds(REPEAT_SECONDS)
    }
}
