//! A [`Login`] as it travels to the browser: one text, its fields separated by a control character. A self-describing form
//! would cost the client more code than the dialog has rules.

use super::{Login, Terms};
use crate::country::{Countries, Country};
use crate::flow::{Notice, Screen, State};
use crate::messages::Messages;
use crate::outcome::{CodeSent, codec::RefusalWire};

/// UNIT SEPARATOR, which nobody types.
pub(crate) const SEPARATOR: char = '\u{1f}';

/// Fields as one text.
#[cfg(feature = "ssr")]
pub(crate) fn joined(fields: &[String]) -> String {
    let clean: Vec<_> = fields.iter().map(|field| field.replace(SEPARATOR, " ")).collect();
    clean.join("\u{1f}")
}

#[cfg(feature = "ssr")]
impl From<Login> for String {
    fn from(login: Login) -> Self {
        let Login { id, state, return_to, login_page, hosted_page, countries, messages, terms } = login;
        let (screen, screen_says) = screen_to_wire(state.screen);
        let (notice, refusal) = notice_to_wire(state.notice);
        let number = refusal.number.map(|number| number.to_string()).unwrap_or_default();
        let sent = state.sent.unwrap_or_default();
        let terms = terms.unwrap_or_default();
        joined(&[
            id,
            return_to,
            login_page,
            countries.0,
            messages.language,
            flag(messages.is_rtl),
            messages.lines,
            terms.terms_url,
            terms.privacy_url,
            screen.to_owned(),
            screen_says,
            state.country.into(),
            state.phone_number,
            flag(state.must_accept_terms),
            flag(state.accepts_terms),
            sent.phone_number,
            sent.resend_in.to_string(),
            sent.code_length.to_string(),
            sent.expires_in.to_string(),
            notice.to_owned(),
            refusal.reason,
            number,
            refusal.sentence.unwrap_or_default(),
            state.login,
            hosted_page,
        ])
    }
}

/// What a newer or older server left out is as if it was not there.
impl From<String> for Login {
    fn from(fields: String) -> Self {
        let mut fields = fields.split(SEPARATOR);
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let mut login = Self {
            hosted_page: String::new(),
            id: next(),
            return_to: next(),
            login_page: next(),
            countries: Countries(next()),
            messages: Messages { language: next(), is_rtl: is_set(&next()), lines: next() },
            terms: Some(Terms { terms_url: next(), privacy_url: next() }).filter(|terms| !terms.terms_url.is_empty()),
            state: State {
                screen: screen_from_wire(&next(), next()),
                country: Country::from_iso(&next()).unwrap_or_default(),
                phone_number: next(),
                must_accept_terms: is_set(&next()),
                accepts_terms: is_set(&next()),
                sent: Some(CodeSent {
                    login: String::new(),
                    phone_number: next(),
                    resend_in: number(&next()),
                    code_length: number(&next()),
                    expires_in: number(&next()),
                })
                .filter(|sent| !sent.phone_number.is_empty()),
                notice: notice_from_wire(
                    &next(),
                    RefusalWire { reason: next(), number: next().parse().ok(), sentence: Some(next()) },
                ),
                ..State::default()
            },
        };
        login.state.login = next();
        login.hosted_page = next();
        login.state.sent_for.clone_from(&login.state.phone_number);
        login
    }
}

#[cfg(feature = "ssr")]
fn screen_to_wire(screen: Screen) -> (&'static str, String) {
    match screen {
        Screen::LastLogin { phone_number } => ("last", phone_number),
        Screen::EnterPhone => ("", String::new()),
        Screen::EnterCode => ("code", String::new()),
        Screen::SignedIn { continue_to } => ("done", continue_to),
        Screen::MoreSteps => ("more", String::new()),
        Screen::Unrecoverable => ("unrecoverable", String::new()),
    }
}

fn screen_from_wire(screen: &str, says: String) -> Screen {
    match screen {
        "last" => Screen::LastLogin { phone_number: says },
        "code" => Screen::EnterCode,
        "done" => Screen::SignedIn { continue_to: says },
        "more" => Screen::MoreSteps,
        "unrecoverable" => Screen::Unrecoverable,
        _ => Screen::EnterPhone,
    }
}

#[cfg(feature = "ssr")]
fn notice_to_wire(notice: Option<Notice>) -> (&'static str, RefusalWire) {
    let nothing = RefusalWire { reason: String::new(), number: None, sentence: None };
    match notice {
        // What the app has to say is an option of the dialog, which the browser has.
        Some(Notice::Flash(_)) | None => ("", nothing),
        Some(Notice::Resent) => ("resent", nothing),
        Some(Notice::Refused(refusal)) => ("refused", refusal.into()),
    }
}

fn notice_from_wire(notice: &str, refusal: RefusalWire) -> Option<Notice> {
    match notice {
        "resent" => Some(Notice::Resent),
        "refused" => Some(Notice::Refused(refusal.into())),
        _ => None,
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn flag(is_set: bool) -> String {
    if is_set { "1" } else { "" }.to_owned()
}

pub(crate) fn is_set(flag: &str) -> bool {
    !flag.is_empty()
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or_default()
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

    proptest! {
        #[test]
        fn what_is_sent_arrives(id in "[^\u{1f}\n]*", return_to in "[^\u{1f}\n]*", lines in "[^\u{1f}\n]*", is_rtl: bool, state in state(), url in "[^\u{1f}\n]+") {
            let messages = Messages { language: "de".to_owned(), is_rtl, lines };
            let terms = Some(Terms { terms_url: url.clone(), privacy_url: url });
            let countries = Countries("DE|49|0||11|1|Germany|germany".to_owned());
            let hosted_page = "/login/hosted".to_owned();
            let login = Login { id, state, return_to, login_page: String::new(), hosted_page, countries, messages, terms };
            let json = serde_json::to_string(&login).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(serde_json::from_str::<Login>(&json).ok(), Some(login));
        }

        #[test]
        fn nothing_that_arrives_breaks_it(fields in ".*|(.*\u{1f}){0,30}") {
            let login = Login::from(fields);
            prop_assert!(login.state.waiting_for.is_none());
        }
    }
}
