//! The props of the islands as they travel to the browser: one text, its fields separated by a control character. A
//! self-describing form would cost the client more code than the dialog has rules.
//!
//! [`fields!`] has each type's list of fields once, for both directions. [`VERSION`] comes first, so that the script of one
//! version never reads the page of another.

use crate::country::{Countries, Country};
use crate::fingerprint::fingerprint;
use crate::flow::{FlashKind, FlashMessage, Notice, Screen, State};
use crate::lock::LockOptions;
use crate::login::{Login, Terms};
use crate::messages::{Messages, Text};
use crate::outcome::{CodeSent, codec::RefusalWire};
use crate::page::{Dialog, Session};
use crate::user::User;
use std::str::Split;

/// UNIT SEPARATOR, which is not typed.
const SEPARATOR: char = '\u{1f}';

/// The texts between the separators.
type Fields<'a> = Split<'a, char>;

/// The props are of another version.
const OTHER_VERSION: &str = "props of another version";

/// One field, or several.
pub(crate) trait Field: Sized {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>);
    fn read(from: &mut Fields<'_>) -> Self;
}

macro_rules! fields {
    ($($type:ident { $($field:ident)* $(, ..$rest:expr)? })*) => {
        $(impl Field for $type {
            #[cfg(feature = "ssr")]
            fn write(self, to: &mut Vec<String>) {
                $(self.$field.write(to);)*
            }

            fn read(from: &mut Fields<'_>) -> Self {
                Self { $($field: Field::read(from),)* $(..$rest)? }
            }
        })*

        /// Changes with every change of the lists of fields and of texts, which are read by their positions.
        pub(crate) const VERSION: u32 = fingerprint(&[$(stringify!($type $($field)*)),*], fingerprint(Text::KEYS, 0));
    };
}

fields! {
    Dialog { id options login }
    Login { id return_to api page_url hosted_url countries messages terms state, ..Self::default() }
    Session { user login_page logout api }
    User { user_id name phone_number }
    Messages { language is_rtl lines }
    Terms { terms_url privacy_url }
    State {
        login screen country phone_number must_accept_terms accepts_terms sent notice,
        ..Self::default()
    }
    // Its login is that of the state.
    CodeSent { phone_number resend_in code_length expires_in, ..Self::default() }
    RefusalWire { reason number sentence }
    LockOptions { closable autoclose flash_message, ..Self::default() }
    FlashMessage { kind text }
}

impl Field for String {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        to.push(self.replace(SEPARATOR, " "));
    }

    fn read(from: &mut Fields<'_>) -> Self {
        from.next().unwrap_or_default().to_owned()
    }
}

impl Field for bool {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        to.push(if self { "1" } else { "" }.to_owned());
    }

    fn read(from: &mut Fields<'_>) -> Self {
        !String::read(from).is_empty()
    }
}

impl Field for u32 {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        to.push(self.to_string());
    }

    fn read(from: &mut Fields<'_>) -> Self {
        String::read(from).parse().unwrap_or_default()
    }
}

/// Whether it is there, and then its fields.
impl<T: Field> Field for Option<T> {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Fields<'_>) -> Self {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Field, U: Field> Field for (T, U) {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        (T::read(from), U::read(from))
    }
}

impl Field for Country {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        String::from(self).write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        Self::from_iso(&String::read(from)).unwrap_or_default()
    }
}

impl Field for Countries {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        self.0.write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        Self(String::read(from))
    }
}

impl Field for Screen {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        let (name, text) = match self {
            Self::LastLogin { phone_number } => ("last", phone_number),
            Self::EnterPhone => ("", String::new()),
            Self::EnterCode => ("code", String::new()),
            Self::SignedIn { continue_to } => ("done", continue_to),
            Self::MoreSteps => ("more", String::new()),
            Self::Unrecoverable => ("unrecoverable", String::new()),
        };
        to.push(name.to_owned());
        text.write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        let (name, text) = (String::read(from), String::read(from));
        match name.as_str() {
            "last" => Self::LastLogin { phone_number: text },
            "code" => Self::EnterCode,
            "done" => Self::SignedIn { continue_to: text },
            "more" => Self::MoreSteps,
            "unrecoverable" => Self::Unrecoverable,
            _ => Self::EnterPhone,
        }
    }
}

/// A refusal; one without a reason stands for [`Notice::Resent`]. A state that is sent has no flash message: the browser
/// has it as an option of the dialog.
impl Field for Notice {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        let refusal = match self {
            Self::Refused(refusal) => refusal.into(),
            Self::Resent | Self::Flash(_) => RefusalWire { reason: String::new(), number: None, sentence: None },
        };
        refusal.write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        let refusal = RefusalWire::read(from);
        if refusal.reason.is_empty() { Self::Resent } else { Self::Refused(refusal.into()) }
    }
}

/// The browser distinguishes errors only.
impl Field for FlashKind {
    #[cfg(feature = "ssr")]
    fn write(self, to: &mut Vec<String>) {
        (self == Self::Error).write(to);
    }

    fn read(from: &mut Fields<'_>) -> Self {
        if bool::read(from) { Self::Error } else { Self::Info }
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn encode(props: impl Field) -> String {
    let mut fields = Vec::new();
    VERSION.write(&mut fields);
    props.write(&mut fields);
    fields.join("\u{1f}")
}

pub(crate) fn decode<T: Field>(text: &str) -> Result<T, &'static str> {
    let mut fields = text.split(SEPARATOR);
    if u32::read(&mut fields) == VERSION { Ok(T::read(&mut fields)) } else { Err(OTHER_VERSION) }
}

#[cfg(feature = "ssr")]
impl From<Login> for String {
    fn from(mut login: Login) -> Self {
        login.state.notice.take_if(|notice| matches!(notice, Notice::Flash(_)));
        encode(login)
    }
}

impl From<String> for Login {
    fn from(text: String) -> Self {
        decode(&text).map_or_else(|_| Self::of_another_version(), Self::received)
    }
}

#[cfg(feature = "ssr")]
impl From<LockOptions> for String {
    fn from(options: LockOptions) -> Self {
        encode(options)
    }
}

impl TryFrom<String> for LockOptions {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        decode(&text)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::outcome::Refusal;
    use proptest::prelude::*;

    fn screen() -> impl Strategy<Value = Screen> {
        prop_oneof![
            "[^\u{1f}\n]*".prop_map(|phone_number| Screen::LastLogin { phone_number }),
            Just(Screen::EnterPhone),
            Just(Screen::EnterCode),
            "[^\u{1f}\n]*".prop_map(|continue_to| Screen::SignedIn { continue_to }),
            Just(Screen::MoreSteps),
            Just(Screen::Unrecoverable),
        ]
    }

    fn notice() -> impl Strategy<Value = Option<Notice>> {
        prop_oneof![
            Just(None),
            Just(Some(Notice::Resent)),
            Just(Some(Notice::Refused(Refusal::WrongCode { attempts_left: Some(2) }))),
            "[^\u{1f}\n]*".prop_map(|sentence| Some(Notice::Refused(Refusal::Hook(sentence)))),
        ]
    }

    fn state() -> impl Strategy<Value = State> {
        let sent =
            ("[^\u{1f}\n]+", any::<[u32; 3]>()).prop_map(|(phone_number, [resend_in, code_length, expires_in])| {
                // Its login is the state's.
                CodeSent { login: String::new(), phone_number, resend_in, code_length, expires_in }
            });
        (screen(), "[^\u{1f}\n]*", any::<[bool; 2]>(), prop::option::of(sent), notice()).prop_map(
            |(screen, phone_number, [must_accept_terms, accepts_terms], sent, notice)| State {
                login: "a login".to_owned(),
                screen,
                sent_for: phone_number.clone(),
                phone_number,
                must_accept_terms,
                accepts_terms,
                sent,
                notice,
                ..State::default()
            },
        )
    }

    #[test]
    fn version_changes_with_the_fields_and_their_order() {
        let version = |lists: &[&str]| fingerprint(lists, 0);
        assert_ne!(version(&["Login id state"]), version(&["Login state id"]));
        assert_ne!(version(&["Login id state"]), version(&["Login id"]));
        assert_ne!(fingerprint(&["Login id"], fingerprint(&["title"], 0)), version(&["Login id"]));
    }

    #[test]
    fn options_for_the_browser_arrive() {
        for kind in [FlashKind::Error, FlashKind::Info] {
            let flash_message = Some(FlashMessage { kind, text: "Please log in.".to_owned() });
            let options = LockOptions { closable: false, autoclose: true, flash_message, ..LockOptions::default() };
            assert_eq!(LockOptions::try_from(String::from(options.clone())), Ok(options));
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_arrives(id in "[^\u{1f}\n]*", return_to in "[^\u{1f}\n]*", lines in "[^\u{1f}\n]*", is_rtl: bool, state in state(), url in "[^\u{1f}\n]+") {
            let messages = Messages { language: "de".to_owned(), is_rtl, lines };
            let terms = Some(Terms { terms_url: url.clone(), privacy_url: url });
            let countries = Countries("DE|49|0||11|ae|1|Germany|germany".to_owned());
            let hosted_url = "/login/hosted".to_owned();
            let login = Login { id, state, return_to, hosted_url, countries, messages, terms, ..Login::default() };
            let json = serde_json::to_string(&login).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(serde_json::from_str::<Login>(&json).ok(), Some(login));
        }

        #[test]
        fn no_text_breaks_the_reader(fields in ".*|(.*\u{1f}){0,30}") {
            let text = [&VERSION.to_string(), "\u{1f}", &fields].concat();
            prop_assert!(Login::from(text).state.waiting_for.is_none());
        }

        #[test]
        fn props_of_another_version_are_not_read(version: u32, fields in "(.*\u{1f}){0,30}") {
            prop_assume!(version != VERSION);
            let text = [&version.to_string(), "\u{1f}", &fields].concat();
            prop_assert!(Login::from(text.clone()).is_of_another_version);
            prop_assert_eq!(LockOptions::try_from(text), Err(OTHER_VERSION));
        }
    }
}
