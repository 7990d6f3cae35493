//! `/gallery?language=de`: every screen and every sentence of the dialog, in light and dark and in other colours.
//! Nothing here is hydrated; [`options`] is. For development.

pub(crate) mod options;

use leptos::prelude::*;
use leptos_meta::{Link, Title};
use leptos_passwordless::{
    Country, Lock, LockOptions, Login, Terms,
    flow::{FlashMessage, Notice, Request, Screen},
    lock::{Color, Theme},
    outcome::{CodeSent, Refusal},
    server::Language,
    use_login,
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

/// One screen: its name, and what the dialog begins with.
struct Exhibit {
    name: &'static str,
    login: Box<dyn FnOnce(Login) -> Login>,
    options: LockOptions,
}

impl Exhibit {
    fn new(name: &'static str, login: impl FnOnce(Login) -> Login + 'static) -> Self {
        Self { name, login: Box::new(login), options: LockOptions::default() }
    }

    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn with(self, options: LockOptions) -> Self {
        Self { options, ..self }
    }
}

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
    let exhibit = move |Exhibit { name, login, options }: Exhibit| {
        let begin = use_login().in_language(language).showing(Screen::EnterPhone);
        let login = login(begin.with_terms(Terms::new("#terms", "#privacy"), false));
        view! {
            <figure data-screen=name>
                <figcaption>{name}</figcaption>
                <Lock login options=options.autofocus(false) />
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
    let last_login = Screen::LastLogin { phone_number: "+14•••••••71".to_owned() };
    let signed_in = Screen::SignedIn { continue_to: "/".to_owned() };
    let flash = LockOptions::default().flash_message(FlashMessage::info("Please log in to go on."));
    let must_accept = |login: Login| login.with_terms(Terms::new("#terms", "#privacy"), true);
    let screens = vec![
        Exhibit::new("last login", |login| login.showing(last_login)),
        Exhibit::new("phone", |login| login),
        Exhibit::new("terms", must_accept),
        Exhibit::new("flash message", |login| login).with(flash),
        Exhibit::new("phone refused", |login| {
            login.prefilled("12345", Country::default()).with_notice(Notice::Refused(Refusal::PhoneNumberInvalid))
        }),
        Exhibit::new("sending", |login| {
            login.prefilled("415 555 2671", Country::default()).waiting_for(Request::Start)
        }),
        Exhibit::new("code", at_code),
        refused(at_code, Refusal::WrongCode { attempts_left: Some(2) }).named("wrong code"),
        Exhibit::new("resent", |login| at_code(login).with_notice(Notice::Resent)),
        Exhibit::new("verifying", |login| at_code(login).waiting_for(Request::Verify)),
        Exhibit::new("signed in", |login| login.showing(signed_in)),
        Exhibit::new("number asked back", |login| {
            let asked_back = Notice::Refused(Refusal::ConfirmNumber("+852 4545 0000".to_owned()));
            login.prefilled("4545 0000", Country::from_iso("HK").unwrap_or_default()).with_notice(asked_back)
        }),
        refused(|login| login.showing(Screen::MoreSteps), Refusal::MoreSteps).named("more steps"),
        refused(|login| login.showing(Screen::Unrecoverable), Refusal::Misconfigured).named("unrecoverable"),
    ];
    (language, screens)
}

/// Colours that break a dialog without computed contrast.
fn colors(language: Language) -> (Language, Vec<Exhibit>) {
    let themed = |color| {
        let theme = Color::parse(color).map(|color| Theme::default().primary_color(color)).unwrap_or_default();
        Exhibit::new(color, at_code).with(LockOptions::default().theme(theme))
    };
    (language, ["#ea5323", "#ffe600", "#fff", "#000", "#7f7f7f", "#0059d6"].map(themed).into())
}

fn refusals(language: Language) -> (Language, Vec<Exhibit>) {
    let phone = [
        Refusal::PhoneNumberMissing,
        Refusal::SpecialNumber,
        Refusal::Landline,
        Refusal::CountryNotAllowed,
        Refusal::TermsNotAccepted,
        Refusal::SmsNotSent,
        Refusal::SmsPaused,
        Refusal::OptedOut,
        Refusal::RateLimited { retry_after: None },
        Refusal::RateLimited { retry_after: Some(75) },
        Refusal::ProofOfWork { challenge: String::new(), retry_after: 60 },
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
    let at_phone = phone.into_iter().map(|refusal| refused(|login| login, refusal));
    let at_code = code.into_iter().map(|refusal| refused(at_code, refusal));
    (language, at_phone.chain(at_code).collect())
}

fn refused(screen: fn(Login) -> Login, refusal: Refusal) -> Exhibit {
    Exhibit::new("refused", move |login| screen(login).with_notice(Notice::Refused(refusal)))
}

fn at_code(login: Login) -> Login {
    login.showing(Screen::EnterCode).with_code(CodeSent::new("+1 415 555 2671", 30, 6, 180))
}
