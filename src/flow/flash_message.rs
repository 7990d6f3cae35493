use serde::{Deserialize, Serialize};

/// A notice of the app's, shown before the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlashMessage {
    /// How it is shown.
    pub kind: FlashKind,
    /// The sentence.
    pub text: String,
}

/// How a [`FlashMessage`] is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashKind {
    /// Something failed.
    Error,
    /// Something is done.
    Success,
    /// Something worth knowing.
    Info,
}

impl FlashMessage {
    /// A message without bad news.
    pub fn info(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Info, text: text.into() }
    }

    /// A message about an error.
    pub fn error(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Error, text: text.into() }
    }
}
