use serde::{Deserialize, Serialize};

/// What the dialog says before the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashMessage {
    /// What kind of news it is.
    pub kind: FlashKind,
    /// The sentence.
    pub text: String,
}

/// What kind of news a [`FlashMessage`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashKind {
    /// Something failed.
    Error,
    /// Something is done.
    Success,
    /// Something is good to know.
    Info,
}
