use serde::{Deserialize, Serialize};

/// A notice of the app's, shown before the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
