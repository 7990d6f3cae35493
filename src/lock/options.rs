use super::Theme;
use crate::flow::{FlashMessage, Notice};
use crate::login::Login;
use serde::{Deserialize, Serialize};

/// How the dialog looks and behaves; the names follow Lock's.
///
/// What the server decides (languages, countries, terms, the last login) is set in
/// [`AuthConfig`](crate::server::AuthConfig), and for one page on [`Login`](crate::Login).
///
/// It can be the prop of an island. Only what matters in the browser travels there: the rest is in the page already.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(feature = "ssr", derive(Serialize), serde(into = "String"))]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of Lock's, under the name it has there")]
pub struct LockOptions {
    /// The heading of the dialog, if it is not to be the one of the page's language.
    pub title: Option<String>,
    /// The text of the button that opens the modal, likewise.
    pub open_label: Option<String>,
    /// Whether a person can close the modal.
    pub closable: bool,
    /// Whether the modal closes by itself once the code was right, before the browser leaves.
    pub autoclose: bool,
    /// Whether the field that matters has the focus at the start.
    pub autofocus: bool,
    /// Whether the terms are shown where they need not be accepted by a tick.
    pub show_terms: bool,
    /// What the dialog says before the first step.
    pub flash_message: Option<FlashMessage>,
    /// The looks.
    pub theme: Theme,
}

impl LockOptions {
    /// What the app has to say is said where the login has nothing to say itself.
    pub(super) fn greet(&self, mut login: Login) -> Login {
        let notice = login.state.notice.take();
        login.state.notice = notice.or_else(|| self.flash_message.clone().map(Notice::Flash));
        login
    }
}

/// The browser never sends it on, although the macro of islands asks for that.
#[cfg(not(feature = "ssr"))]
impl Serialize for LockOptions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl Default for LockOptions {
    fn default() -> Self {
        Self {
            title: None,
            open_label: None,
            closable: true,
            autoclose: false,
            autofocus: true,
            show_terms: true,
            flash_message: None,
            theme: Theme::default(),
        }
    }
}
