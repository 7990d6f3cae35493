//! `/gallery?language=de`: every screen and every sentence of the dialog, in light and dark and in other colours.
//! Nothing here is hydrated; [`options`] is. For development.

pub(crate) mod options;

use leptos::prelude::*;
use leptos_meta::{Link, Title};
use leptos_passwordless::{
    Country, Lock, LockOptions, Login, Terms,
    flow::{Notice, Request, Screen, State},
    lock::{Color, FlashKind, FlashMessage, Theme},
    outcome::{CodeSent, Refusal},
    server::{Language, use_login},
};
use leptos_router::hooks::use_query_map;

#[component]
pub(crate) fn Gallery() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get("language"));
    let language = asked.and_then(|tag| Language::from_tag(&tag).ok()).unwrap_or_default();
    view! {
        <Title text="Gallery" />
        <Link rel="stylesheet" href="/gallery.css" />
        <h1>"Gallery"</h1>
        <nav class="languages" aria-label="Languages">
            {Language::all().map(|language| view! { <LanguageLink language /> }).collect_view()}
        </nav>
        <Shelf title="Light" class="scheme-light" screens=screens(language) />
        <Shelf title="Dark" class="scheme-dark" screens=screens(language) />
        <Shelf title="Colours" class="scheme-light" screens=colors(language) />
        <Shelf title="Colours, dark" class="scheme-dark" screens=colors(language) />
        <Shelf title="Refusals" class="scheme-light" screens=refusals(language) />
    }
}

/// One screen with its name.
type Exhibit = (&'static str, State, LockOptions);

#[component]
fn LanguageLink(language: Language) -> impl IntoView {
    let name = language.messages().get(leptos_passwordless::messages::Text::LanguageName).to_owned();
    view! {
        <a href=format!("?language={}", language.tag()) lang=language.tag()>
            {name}
        </a>
    }
}

#[component]
fn Shelf(title: &'static str, class: &'static str, screens: (Language, Vec<Exhibit>)) -> impl IntoView {
    let (language, screens) = screens;
    let exhibit = move |(name, state, options): Exhibit| {
        let terms = Terms { terms_url: "#terms".to_owned(), privacy_url: "#privacy".to_owned() };
        let login = Login { state, terms: Some(terms), ..use_login().in_language(language) };
        view! {
            <figure data-screen=name>
                <figcaption>{name}</figcaption>
                <Lock login options=LockOptions { autofocus: false, ..options } />
            </figure>
        }
    };
    view! {
        <section class=format!("shelf {class}")>
            <h2>{title}</h2>
            <div class="exhibits">{screens.into_iter().map(exhibit).collect_view()}</div>
        </section>
    }
}

fn screens(language: Language) -> (Language, Vec<Exhibit>) {
    let refused = |refusal| Some(Notice::Refused(refusal));
    let flash = FlashMessage { kind: FlashKind::Info, text: "Please log in to go on.".to_owned() };
    let last_login = Screen::LastLogin { phone_number: "+14•••••••71".to_owned() };
    let screens = vec![
        ("last login", State { screen: last_login, ..State::default() }, LockOptions::default()),
        ("phone", State::default(), LockOptions::default()),
        ("terms", State { must_accept_terms: true, ..State::default() }, LockOptions::default()),
        ("flash message", State::default(), LockOptions { flash_message: Some(flash), ..LockOptions::default() }),
        (
            "phone refused",
            State {
                phone_number: "12345".to_owned(),
                notice: refused(Refusal::PhoneNumberInvalid),
                ..State::default()
            },
            LockOptions::default(),
        ),
        (
            "sending",
            State { phone_number: "415 555 2671".to_owned(), waiting_for: Some(Request::Start), ..State::default() },
            LockOptions::default(),
        ),
        ("code", at_code(None), LockOptions::default()),
        ("wrong code", at_code(refused(Refusal::WrongCode { attempts_left: Some(2) })), LockOptions::default()),
        ("resent", at_code(Some(Notice::Resent)), LockOptions::default()),
        ("verifying", State { waiting_for: Some(Request::Verify), ..at_code(None) }, LockOptions::default()),
        (
            "signed in",
            State { screen: Screen::SignedIn { continue_to: "/".to_owned() }, ..State::default() },
            LockOptions::default(),
        ),
        (
            "number asked back",
            State {
                country: Country::from_iso("HK").unwrap_or_default(),
                phone_number: "4545 0000".to_owned(),
                notice: refused(Refusal::ConfirmNumber("+852 4545 0000".to_owned())),
                ..State::default()
            },
            LockOptions::default(),
        ),
        (
            "more steps",
            State { screen: Screen::MoreSteps, notice: refused(Refusal::MoreSteps), ..State::default() },
            LockOptions::default(),
        ),
        (
            "unrecoverable",
            State { screen: Screen::Unrecoverable, notice: refused(Refusal::Misconfigured), ..State::default() },
            LockOptions::default(),
        ),
    ];
    (language, screens)
}

/// Colours that break a dialog without computed contrast.
fn colors(language: Language) -> (Language, Vec<Exhibit>) {
    let themed = |color| {
        let theme = Theme { primary_color: Color::parse(color).ok(), ..Theme::default() };
        (color, at_code(None), LockOptions { theme, ..LockOptions::default() })
    };
    (language, ["#ea5323", "#ffe600", "#fff", "#000", "#7f7f7f", "#0059d6"].map(themed).into())
}

fn refusals(language: Language) -> (Language, Vec<Exhibit>) {
    let phone = [
        Refusal::PhoneNumberMissing,
        Refusal::CountryNotAllowed,
        Refusal::TermsNotAccepted,
        Refusal::SmsNotSent,
        Refusal::OptedOut,
        Refusal::RateLimited { retry_after: None },
        Refusal::RateLimited { retry_after: Some(75) },
        Refusal::SignUpDisabled,
        Refusal::NoPendingLogin,
        Refusal::OtherBrowser,
        Refusal::CookiesBlocked,
        Refusal::WrongAddress("https://app.example".to_owned()),
        Refusal::Denied("Your trial period has expired.".to_owned()),
        Refusal::TenantRefused,
        Refusal::LoginNotVerified,
        Refusal::TenantUnavailable,
        Refusal::Offline,
        Refusal::Timeout,
        Refusal::Unexpected,
    ];
    let code = [
        Refusal::CodeMissing,
        Refusal::CodeMalformed,
        Refusal::CodeIncomplete { digits: 6 },
        Refusal::WrongCode { attempts_left: None },
        Refusal::WrongCode { attempts_left: Some(0) },
        Refusal::CodeExpired,
        Refusal::CodeReplaced,
        Refusal::TooManyAttempts,
        Refusal::UserBlocked,
    ];
    let at_phone = |notice| State { notice, ..State::default() };
    let refused = |refusal| Some(Notice::Refused(refusal));
    let states = phone.into_iter().map(|refusal| at_phone(refused(refusal)));
    let states = states.chain(code.into_iter().map(|refusal| at_code(refused(refusal))));
    (language, states.map(|state| ("refused", state, LockOptions::default())).collect())
}

fn at_code(notice: Option<Notice>) -> State {
    let (login, phone_number) = ("a login".to_owned(), "+1 415 555 2671".to_owned());
    let sent = CodeSent { login, phone_number, resend_in: 30, code_length: 6, expires_in: 180 };
    State { screen: Screen::EnterCode, sent: Some(sent), notice, ..State::default() }
}
