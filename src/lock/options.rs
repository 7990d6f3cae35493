use super::Theme;
use crate::flow::{FlashMessage, Notice};
use crate::login::Login;
use serde::{Deserialize, Serialize};

/// How the dialog looks and behaves; the names follow Lock's.
///
/// The server's settings (languages, countries, terms, the last login) are in `server::AuthConfig`, and for one page on
/// [`Login`](crate::Login).
///
/// It can be the prop of an island. Only `closable`, `autoclose` and `flash_message` are sent to the browser; the others
/// are in the rendered page already, and have their defaults in the browser.
///
/// ```
/// use leptos_passwordless::LockOptions;
///
/// let options = LockOptions::default().autoclose(true).title("Sign in to read on");
/// assert!(options.closable);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(feature = "ssr", derive(Serialize), serde(into = "String"))]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of Lock's, under the name it has there")]
pub struct LockOptions {
    /// The heading of the dialog, if it is not to be the one of the page's language. Rendered, not sent to the browser.
    pub title: Option<String>,
    /// The text of the button that opens the modal, likewise. Rendered, not sent to the browser.
    pub open_label: Option<String>,
    /// Whether the user can close the modal.
    pub closable: bool,
    /// Whether the modal closes by itself once the code was right, before the browser leaves.
    pub autoclose: bool,
    /// Whether the first field has the focus at the start. Rendered, not sent to the browser.
    pub autofocus: bool,
    /// Whether the terms are shown where they need not be accepted by a tick. Rendered, not sent to the browser.
    pub show_terms: bool,
    /// The notice before the first step.
    pub flash_message: Option<FlashMessage>,
    /// The looks. Rendered, not sent to the browser.
    pub theme: Theme,
}

/// The fields, to be set one after the other.
impl LockOptions {
    /// Sets [`title`](Self::title).
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Sets [`open_label`](Self::open_label).
    #[must_use]
    pub fn open_label(self, open_label: impl Into<String>) -> Self {
        Self { open_label: Some(open_label.into()), ..self }
    }

    /// Sets [`closable`](Self::closable).
    #[must_use]
    pub fn closable(self, closable: bool) -> Self {
        Self { closable, ..self }
    }

    /// Sets [`autoclose`](Self::autoclose).
    #[must_use]
    pub fn autoclose(self, autoclose: bool) -> Self {
        Self { autoclose, ..self }
    }

    /// Sets [`autofocus`](Self::autofocus).
    #[must_use]
    pub fn autofocus(self, autofocus: bool) -> Self {
        Self { autofocus, ..self }
    }

    /// Sets [`show_terms`](Self::show_terms).
    #[must_use]
    pub fn show_terms(self, show_terms: bool) -> Self {
        Self { show_terms, ..self }
    }

    /// Sets [`flash_message`](Self::flash_message).
    #[must_use]
    pub fn flash_message(self, flash_message: FlashMessage) -> Self {
        Self { flash_message: Some(flash_message), ..self }
    }

    /// Sets [`theme`](Self::theme).
    #[must_use]
    pub fn theme(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// Shows the flash message where the login has no notice of its own.
    pub(super) fn greet(&self, mut login: Login) -> Login {
        let notice = login.state.notice.take();
        login.state.notice = notice.or_else(|| self.flash_message.clone().map(Notice::Flash));
        login
    }
}

/// The macro of islands requires it; the browser never serialises its props.
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
