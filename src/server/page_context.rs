//! The login as pages see it: loaded once per request, read by components.

use super::{
    Auth, AuthConfig, CurrentUser, address, cookies, countries,
    languages::{self, Language, accepted_tags},
    last_login,
    login_id::LoginId,
    login_page::{HOSTED, LOGIN, REFUSED, login_url, refusal_named},
    logins::Logins,
    pending_login::PendingLogin,
    return_to::ReturnTo,
};
use crate::{
    Country, Login,
    flow::{Notice, Screen, State},
    outcome::Refusal,
};
use axum::{
    extract::{Request, State as AxumState},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, Method, Uri, request::Parts};
use icu_locale::{LanguageIdentifier, LocaleExpander, subtags::language};
use leptos::prelude::use_context;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tower_sessions::{Session, session::Error};
use url::form_urlencoded;

/// The login of the browser that a page is rendered for.
#[derive(Clone, Debug, Default)]
struct PageLogin {
    user: Option<CurrentUser>,
    login: Login,
    /// The language of the notice about SMS, if it is shown.
    sms_notice: Option<Language>,
    /// Dialogs on the page so far.
    dialogs: Arc<AtomicUsize>,
}

/// The initial state of a dialog on the page that is being rendered, for the prop of an island. Each call is for another
/// dialog on the page.
pub fn use_login() -> Login {
    let page = of_page();
    let number = page.dialogs.fetch_add(1, Ordering::Relaxed);
    Login { id: format!("lock{number}"), ..page.login }
}

/// The signed-in user, on the page that is being rendered.
pub fn use_current_user() -> Option<CurrentUser> {
    of_page().user
}

/// The language of the notice about SMS, on the page that is being rendered.
pub(super) fn sms_notice() -> Option<Language> {
    of_page().sms_notice
}

/// Settings for one page; those for all pages are in [`AuthConfig`](super::AuthConfig).
impl Login {
    /// Sets the language of the dialog.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        let offered: Vec<_> = self.countries.iter().map(|entry| entry.country).collect();
        self.countries = countries::in_language(language, &offered);
        self.messages = language.messages();
        self
    }

    /// Fills in a number, unless a login is in progress.
    #[must_use]
    pub fn prefilled(mut self, phone_number: &str, country: Country) -> Self {
        if self.state.phone_number.is_empty() && self.state.sent.is_none() {
            phone_number.clone_into(&mut self.state.phone_number);
            self.state.country = country;
        }
        self
    }
}

/// Leptos renders every page once at start-up, without a request; then there is no user.
fn of_page() -> PageLogin {
    use_context::<Parts>().and_then(|parts| parts.extensions.get().cloned()).unwrap_or_default()
}

/// Middleware that inserts [`Auth`] and [`PageLogin`] into the request's extensions.
pub(super) async fn provide(AxumState(auth): AxumState<Auth>, mut request: Request, next: Next) -> Response {
    if let Some(url) = address::elsewhere(auth.config(), &request) {
        return Redirect::temporary(&url).into_response();
    }
    request.extensions_mut().insert(auth.clone());
    if request.method() == Method::GET
        && let Some(session) = request.extensions().get::<Session>()
    {
        let page = load(&auth, session, request.uri(), request.headers()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the session could not be read");
            PageLogin::default()
        });
        request.extensions_mut().insert(page);
    }
    next.run(request).await
}

async fn load(auth: &Auth, session: &Session, uri: &Uri, headers: &HeaderMap) -> Result<PageLogin, Error> {
    let user = CurrentUser::of(session, auth.now()).await?;
    let login = login(auth, user.as_ref(), uri, headers);
    let sms_notice = auth.config().sms_notice.then(|| language(auth.config(), headers));
    Ok(PageLogin { user, login, sms_notice, dialogs: Arc::default() })
}

fn login(auth: &Auth, user: Option<&CurrentUser>, uri: &Uri, headers: &HeaderMap) -> Login {
    let config = auth.config();
    let logins = Logins::of(config, headers, auth.now());
    let named = query(uri, LOGIN).and_then(|name| LoginId::parse(&name).ok());
    let pending = match &named {
        Some(id) => logins.named(id).filter(|login| !login.is_over),
        None if query(uri, REFUSED).is_some() => None,
        // A user who has signed in since continues none of the earlier logins. A refusal is shown on the page that named the
        // login, not on every page for an hour.
        None => logins.newest(user.map(|user| user.signed_in_at)).map(PendingLogin::without_notice),
    };
    let lost = named.filter(|id| pending.is_none() && logins.are_blocked(id));
    let return_to = return_to(uri, &config.login_path, pending.as_ref());
    let language = language(config, headers);
    let mut state = state(auth, pending, uri, headers);
    if let Some(id) = lost {
        // The form names it, so that no code is sent for another login whose cookie would be blocked as well.
        (state.login, state.notice) = (id.into(), Some(Notice::Refused(Refusal::CookiesBlocked)));
    }
    Login {
        id: String::new(),
        state,
        login_page: login_url(&config.login_path, return_to.as_str()),
        hosted_page: login_url(if config.hosted_login { HOSTED } else { &config.login_path }, return_to.as_str()),
        return_to: return_to.into(),
        countries: countries::in_language(language, &config.countries),
        messages: language.messages(),
        terms: config.terms.as_ref().map(|terms| terms.links.clone()),
    }
}

fn state(auth: &Auth, pending: Option<PendingLogin>, uri: &Uri, headers: &HeaderMap) -> State {
    let edits = query(uri, "edit").is_some();
    let mut state = match pending {
        Some(mut pending) => {
            if edits {
                pending.edit_number();
            }
            pending.state(auth.now())
        }
        None => State {
            screen: if edits { Screen::EnterPhone } else { first_screen(auth, headers) },
            country: first_country(auth.config(), headers),
            notice: query(uri, REFUSED).and_then(|name| refusal_named(&name)).map(Notice::Refused),
            ..State::default()
        },
    };
    state.must_accept_terms = auth.config().terms.as_ref().is_some_and(|terms| terms.must_accept);
    state
}

/// The language of the pages that a browser gets.
pub(super) fn language(config: &AuthConfig, headers: &HeaderMap) -> Language {
    Language::of(headers, cookies::value(headers, languages::COOKIE), config.language)
}

/// A name for the plain forms of the page that is being rendered.
pub(crate) fn form_name() -> String {
    let auth = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Auth>().cloned());
    auth.and_then(|auth| LoginId::new(auth.now()).ok()).map(String::from).unwrap_or_default()
}

/// The initial country: one of those offered, or the browser would select the first of the list.
fn first_country(config: &AuthConfig, headers: &HeaderMap) -> Country {
    let is_offered = |country: &Country| config.countries.is_empty() || config.countries.contains(country);
    let guess = config.default_location.or_else(|| country_of(headers)).filter(is_offered);
    guess.or_else(|| config.countries.first().copied()).unwrap_or_default()
}

/// Offers the number of the last login, if it is stored in the browser.
fn first_screen(auth: &Auth, headers: &HeaderMap) -> Screen {
    last_login::remembered(auth.config(), headers)
        .map_or(Screen::EnterPhone, |number| Screen::LastLogin { phone_number: number.masked() })
}

/// The page to return to: from the URL, on login pages from the pending login, elsewhere the page itself.
fn return_to(uri: &Uri, login_path: &str, pending: Option<&PendingLogin>) -> ReturnTo {
    if let Some(asked) = query(uri, "return_to") {
        return ReturnTo::parse(&asked);
    }
    if uri.path().strip_prefix(login_path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return pending.map(|pending| pending.return_to.clone()).unwrap_or_default();
    }
    let here = ReturnTo::parse(uri.path_and_query().map_or("/", |path| path.as_str()));
    [LOGIN, REFUSED, "edit"].iter().fold(here, |here, parameter| here.without(parameter))
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

/// A guess from the accepted languages: the region that one names, or where it is mostly spoken.
fn country_of(headers: &HeaderMap) -> Option<Country> {
    let named = accepted_tags(headers).find_map(|tag| Country::supported(locale(tag)?.region?.as_str()).ok());
    named.or_else(|| {
        let mut locale = locale(accepted_tags(headers).next()?)?;
        // English is spoken everywhere, and a region may be no country (`es-419`).
        let may_guess = locale.region.is_none() && locale.language != language!("en");
        LocaleExpander::new_common().maximize(&mut locale);
        Country::supported(locale.region.filter(|_| may_guess)?.as_str()).ok()
    })
}

fn locale(tag: &str) -> Option<LanguageIdentifier> {
    LanguageIdentifier::try_from_locale_bytes(tag.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header::ACCEPT_LANGUAGE};

    fn country(languages: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(languages));
        country_of(&headers).unwrap_or_default().into()
    }

    #[test]
    fn the_country_is_guessed_from_the_language() {
        assert_eq!(country("de-AT,de;q=0.9,en-US;q=0.8"), "AT");
        assert_eq!(country("zh-Hant-TW"), "TW");
        assert_eq!(country("en, fr-CH;q=0.3"), "CH");
        assert_eq!(country("*"), "US");
        assert_eq!(country_of(&HeaderMap::new()), None);
    }

    #[test]
    fn settings_of_a_language_are_no_country() {
        for (languages, expected) in [
            ("de-u-co-phonebk", "DE"),
            ("th-u-ca-buddhist", "TH"),
            ("ar-u-nu-latn", "EG"),
            ("no", "NO"),
            ("ja", "JP"),
            ("zh-Hant", "TW"),
            ("es-419", "US"),
            ("en", "US"),
        ] {
            assert_eq!(country(languages), expected, "{languages}");
        }
    }

    #[test]
    fn the_first_country_is_one_that_is_offered() {
        let (base, tenant) = ("https://app.example".parse().unwrap(), "demo.auth0.com".parse().unwrap());
        let mut config = AuthConfig::new(base, tenant, "client".to_owned(), "secret".into());
        config.countries = ["DE", "AT", "CH"].map(|code| Country::from_iso(code).unwrap()).into();
        let first = |languages| {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(languages))]);
            first_country(&config, &headers).iso().to_owned()
        };
        assert_eq!(first("en-US"), "DE", "the operator's first");
        assert_eq!(first("fr-CH"), "CH");
    }
}
