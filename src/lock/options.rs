use crate::messages;
use serde::{Deserialize, Serialize};

/// How the dialog looks and behaves; the names follow Lock's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockOptions {
    /// The heading of the dialog.
    pub title: String,
    /// The text of the button that opens the modal.
    pub open_label: String,
}

impl Default for LockOptions {
    fn default() -> Self {
        Self { title: messages::TITLE.to_owned(), open_label: messages::TITLE.to_owned() }
    }
}
