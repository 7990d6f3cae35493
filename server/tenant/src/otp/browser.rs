//! The browser in which a code is requested or used. Clients written for Auth0 send nothing about it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
/// What the caller sent about the browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    /// Ties a code to the browser that requested it: a code requested in another one leaves it valid.
    pub(crate) transaction: Option<Transaction>,
    /// Whether the number signed in with this browser before: strangers cannot use up its allowance.
    pub(crate) is_known: bool,
}

/// Hash of a value that the caller chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction(String);

impl Transaction {
    pub(crate) fn named(text: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())))
    }
}

impl Browser {
    /// Empty where the caller names no transaction.
    pub(crate) fn transaction_hash(&self) -> &str {
        self.transaction.as_ref().map_or("", |transaction| transaction.0.as_str())
    }
}
