//! What the server tells a page about this browser's login.

use crate::lock::state::State;
use crate::phone_number::Country;
use serde::{Deserialize, Serialize};

/// What the server knows of this browser's login when it renders a page: the state the dialog starts in, and where it
/// leads. It can be the prop of an island.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The state to start in; a login that is under way goes on where it was.
    pub state: State,
    /// The page to come back to once signed in.
    pub return_to: String,
    /// The URL of the page that shows the dialog, with the way back.
    pub login_page: String,
    /// The countries to choose from; empty means all of them.
    pub countries: Vec<Country>,
}

impl Login {
    /// The countries to choose from.
    pub fn countries(&self) -> Vec<Country> {
        if self.countries.is_empty() { Country::all().collect() } else { self.countries.clone() }
    }
}
