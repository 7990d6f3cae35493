//! The terms of an app, and the consent to them.

use crate::Terms;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The terms of an app.
///
/// ```
/// use leptos_passwordless::{Terms, server::TermsPolicy};
///
/// let links = Terms::new("/terms", "/privacy");
/// let terms = TermsPolicy::new(links, "2026-11", true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TermsPolicy {
    /// Where they can be read.
    pub links: Terms,
    /// Recorded with a consent, in any form; a new version needs a new consent.
    pub version: String,
    /// Whether a box must be ticked before any code is sent or the tenant's page is opened.
    pub must_accept: bool,
}

/// A user accepted the terms, during the login that their session began with. To keep it for longer, store it in
/// [`ServerHooks::on_sign_in`](super::ServerHooks::on_sign_in).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Consent {
    /// The version of the terms.
    pub version: String,
    /// When the box was ticked.
    pub at: OffsetDateTime,
}

impl TermsPolicy {
    /// Terms with a version, and whether they must be accepted before any code is sent.
    pub fn new(links: Terms, version: impl Into<String>, must_accept: bool) -> Self {
        Self { links, version: version.into(), must_accept }
    }

    /// The consent that a ticked box is.
    pub(super) fn accepted(&self, at: OffsetDateTime) -> Consent {
        Consent { version: self.version.clone(), at }
    }

    pub(super) fn allows(&self, consent: Option<&Consent>) -> bool {
        !self.must_accept || consent.is_some_and(|consent| consent.version == self.version)
    }
}
