//! The state of this browser's login as the server renders it.

use crate::country::Countries;
use crate::flow::State;
use crate::messages::Messages;
use serde::{Deserialize, Serialize};

/// The server's state of this browser's login when it renders a page: the state the dialog starts in, its texts, and where
/// it leads. [`use_login`](crate::use_login) makes one; it can be the prop of an island.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
#[cfg_attr(feature = "ssr", derive(Serialize), serde(into = "String"))]
pub struct Login {
    /// Tells several dialogs on one page apart; the ids of their elements begin with it.
    pub(crate) id: String,
    /// The state to start in; a login in progress continues where it was.
    pub(crate) state: State,
    /// The page to come back to once signed in.
    pub(crate) return_to: String,
    /// What the server's endpoints are below.
    pub(crate) api: String,
    /// The URL of the page that shows the dialog, with the way back.
    pub(crate) page_url: String,
    /// The URL that leads through the tenant's own login page, likewise.
    pub(crate) hosted_url: String,
    /// The countries to choose from.
    pub(crate) countries: Countries,
    /// The texts of the dialog.
    pub(crate) messages: Messages,
    /// The terms that a sign-up accepts.
    pub(crate) terms: Option<Terms>,
    /// Whether the server sent it for this dialog. If not, the browser asks for the rest.
    pub(crate) is_complete: bool,
    /// Whether the page is of another version than this script, which then leaves its forms as they are.
    pub(crate) is_of_another_version: bool,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            id: String::new(),
            state: State::default(),
            return_to: String::new(),
            api: crate::paths::API_PATH.to_owned(),
            page_url: String::new(),
            hosted_url: String::new(),
            countries: Countries::default(),
            messages: Messages::default(),
            terms: None,
            is_complete: true,
            is_of_another_version: false,
        }
    }
}

impl Login {
    /// As it arrives in the browser.
    pub(crate) fn received(mut self) -> Self {
        self.state.sent_for.clone_from(&self.state.phone_number);
        self
    }

    /// Of a page that this script cannot read.
    pub(crate) fn of_another_version() -> Self {
        Self { is_of_another_version: true, ..Self::default() }
    }
}

/// The macro of islands requires it; the browser never serialises its props.
#[cfg(not(feature = "ssr"))]
impl Serialize for Login {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// Where the terms can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terms {
    /// The URL of the terms of service.
    pub terms_url: String,
    /// The URL of the privacy policy.
    pub privacy_url: String,
}

impl Terms {
    /// The terms at these URLs.
    pub fn new(terms_url: impl Into<String>, privacy_url: impl Into<String>) -> Self {
        Self { terms_url: terms_url.into(), privacy_url: privacy_url.into() }
    }
}
