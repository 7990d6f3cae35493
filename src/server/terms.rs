//! The terms of an app, and the consent to them.

use crate::Terms;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The terms of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsPolicy {
    /// Where they can be read.
    pub links: Terms,
    /// Recorded with a consent; a new version needs a new consent.
    pub version: String,
    /// Whether a box must be ticked before any code is sent or the tenant's page is opened.
    pub must_accept: bool,
}

/// A user accepted the terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the terms.
    pub version: String,
    /// When the box was ticked.
    pub at: OffsetDateTime,
}

impl TermsPolicy {
    /// The consent that a ticked box is.
    pub(super) fn accepted(&self, at: OffsetDateTime) -> Consent {
        Consent { version: self.version.clone(), at }
    }

    pub(super) fn allows(&self, consent: Option<&Consent>) -> bool {
        !self.must_accept || consent.is_some_and(|consent| consent.version == self.version)
    }
}
