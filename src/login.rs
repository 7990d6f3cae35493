//! The state of this browser's login as the server renders it.

use crate::country::Countries;
use crate::flow::State;
use crate::messages::Messages;
use serde::{Deserialize, Serialize};

/// The server's state of this browser's login when it renders a page: the state the dialog starts in, its texts, and where
/// it leads. It can be the prop of an island.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(feature = "ssr", derive(Default, Serialize), serde(into = "String"))]
pub struct Login {
    /// Tells several dialogs on one page apart; the ids of their elements begin with it.
    pub id: String,
    /// The state to start in; a login in progress continues where it was.
    pub state: State,
    /// The page to come back to once signed in.
    pub return_to: String,
    /// The URL of the page that shows the dialog, with the way back.
    pub login_page: String,
    /// The URL that leads through the tenant's own login page, likewise.
    pub hosted_page: String,
    /// The countries to choose from.
    pub countries: Countries,
    /// The texts of the dialog.
    pub messages: Messages,
    /// The terms that a sign-up accepts.
    pub terms: Option<Terms>,
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
pub struct Terms {
    /// The URL of the terms of service.
    pub terms_url: String,
    /// The URL of the privacy policy.
    pub privacy_url: String,
}
