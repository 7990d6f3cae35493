//! The login as pages see it: loaded once per request, read by components.

use super::{
    Auth, AuthConfig, CurrentUser, address, cookies, countries,
    country_guess::first_country,
    languages::{self, Language},
    last_login,
    login_id::LoginId,
    login_page::{LOGIN, PROOF, REFUSED, login_url, refusal_named},
    logins::Logins,
    own_page::provided_login,
    pending_login::PendingLogin,
    personal::Personal,
    return_to::ReturnTo,
    unavailable::StoreFailed,
    visible_path::visible,
};
use crate::{
    Login,
    country::Countries,
    flow::{Notice, Screen, State},
    messages::Messages,
    outcome::Refusal,
    page::Session,
};
use axum::{
    Extension,
    extract::{Request, State as AxumState},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode, Uri,
    header::{CACHE_CONTROL, LOCATION, REFERER},
    request::Parts,
};
use leptos::{
    prelude::use_context,
    reactive::owner::{Owner, with_context},
};
use leptos_axum::ResponseOptions;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use url::{Position, Url, form_urlencoded};

/// What the pages of one request know of their browser.
#[derive(Clone)]
pub(super) struct PageContext(Arc<Shared>);

struct Shared {
    auth: Auth,
    user: Option<CurrentUser>,
    /// Read once a dialog needs it.
    login: Mutex<Option<Login>>,
    /// Dialogs on the page so far.
    dialogs: AtomicUsize,
    personal: Personal,
    sent: Mutex<Sent>,
}

/// What the browser gets with the page so far; it gets nothing twice.
#[derive(Default)]
struct Sent {
    session: bool,
    language: Option<String>,
    login: Option<Login>,
}

/// The state of a dialog on the page that is being rendered. Each call is for another dialog on the page.
///
/// In a server function it is that of the page which calls it.
pub(crate) fn use_login() -> Login {
    if let Some(login) = provided_login() {
        return login;
    }
    let Some((parts, page)) = of_page() else { return Login::default() };
    let login = page.login(&parts);
    // Outside of a page there is no count of its dialogs.
    let id = match Owner::current_shared_context() {
        Some(_) => format!("lock{}", page.0.dialogs.fetch_add(1, Ordering::Relaxed)),
        None => ["lock-", &form_name()].concat(),
    };
    Login { id, ..login }
}

/// The signed-in user, on the page that is being rendered or in a server function.
pub fn use_current_user() -> Option<CurrentUser> {
    let (parts, page) = of_page()?;
    Some(page.user()?.clone().in_request(&parts.extensions))
}

/// What the browser knows of the session.
pub(crate) fn use_session() -> Session {
    page().map(|page| page.session()).unwrap_or_default()
}

/// The texts in the language of the page.
pub(crate) fn messages() -> Messages {
    use_language().messages()
}

/// The language of the dialogs on the page that is being rendered, for the page's own texts.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::server::use_language;
///
/// fn document(page: impl IntoView) -> impl IntoView {
///     let messages = use_language().messages();
///     view! { <html lang=messages.language.clone() dir=messages.direction()>{page}</html> }
/// }
/// ```
pub fn use_language() -> Language {
    of_page().map(|(parts, page)| language(page.0.auth.config(), &parts.headers)).unwrap_or_default()
}

/// The session, unless it is sent to the browser already.
pub(crate) fn unsent_session(session: &Session) -> Option<Session> {
    let was_sent = sent(|sent| std::mem::replace(&mut sent.session, true));
    (!was_sent).then(|| session.clone())
}

/// Texts, unless those of their language are the last that were sent.
pub(crate) fn unsent_messages(messages: &Messages) -> Option<Messages> {
    let before = sent(|sent| sent.language.replace(messages.language.clone()));
    (before.as_ref() != Some(&messages.language)).then(|| messages.clone())
}

/// A login, unless it is the last that was sent: dialogs of a page differ by their ids, or where the page has adjusted one.
pub(crate) fn unsent_login(login: &Login) -> Option<Login> {
    let login = Login { id: String::new(), ..login.clone() };
    let before = sent(|sent| sent.login.replace(login.clone()));
    if before.as_ref() == Some(&login) {
        return None;
    }
    let messages = unsent_messages(&login.messages).unwrap_or_else(Messages::known);
    Some(Login { messages, ..login })
}

fn sent<T: Default>(change: impl FnOnce(&mut Sent) -> T) -> T {
    page().and_then(|page| page.0.sent.lock().ok().map(|mut sent| change(&mut sent))).unwrap_or_default()
}

/// Redirects a page that is for signed-in users only.
pub(crate) fn redirect_to_login() {
    let (Some((parts, page)), Some(response)) = (of_page(), use_context::<ResponseOptions>()) else { return };
    let config = page.0.auth.config();
    let to = login_url(&config.login_page(), config.return_to(&visible(config, &parts)).as_str());
    if let Ok(location) = HeaderValue::from_str(&to) {
        response.insert_header(LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// The language of the notice about SMS, on the page that is being rendered.
pub(super) fn sms_notice() -> Option<Language> {
    let (parts, page) = of_page()?;
    let config = page.0.auth.config();
    config.sms_notice.then(|| language(config, &parts.headers))
}

/// Changes what the dialogs of the page begin with that is being rendered, if they have not been rendered yet.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{Country, Lock, server::adjust_login};
///
/// /// The page of an invitation.
/// fn page(invited: &str) -> impl IntoView {
///     adjust_login(|login| login.prefilled(invited, Country::default()));
///     view! { <Lock /> }
/// }
/// ```
pub fn adjust_login(change: impl FnOnce(Login) -> Login) {
    let Some((parts, page)) = of_page() else { return };
    let adjusted = change(page.login(&parts));
    if let Ok(mut login) = page.0.login.lock() {
        *login = Some(adjusted);
    }
}

/// Of the request that is being answered.
fn of_page() -> Option<(Parts, PageContext)> {
    let parts = use_context::<Parts>()?;
    let page = context_in(&parts)?;
    Some((parts, page))
}

/// The same without a copy of the request.
fn page() -> Option<PageContext> {
    with_context(context_in)?
}

fn context_in(parts: &Parts) -> Option<PageContext> {
    let page = parts.extensions.get().cloned();
    // The request for which Leptos renders every page at the start has no headers.
    if page.is_none() && !parts.headers.is_empty() {
        tracing::error!("leptos_passwordless::server::install was not called on this router: nobody can log in");
    }
    page
}

/// Middleware that inserts [`Auth`] and [`PageContext`] into the request's extensions.
pub(super) async fn provide(AxumState(auth): AxumState<Auth>, mut request: Request, next: Next) -> Response {
    if let Some(url) = address::elsewhere(auth.config(), &request) {
        return Redirect::temporary(&url).into_response();
    }
    let session = request.extensions().get().cloned();
    let user = user_of(&auth, session).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the session could not be read");
        request.extensions_mut().insert(StoreFailed::from(&error));
        None
    });
    let personal = Personal::default();
    let page = PageContext::new(auth.clone(), user, personal.clone());
    request.extensions_mut().insert(auth);
    request.extensions_mut().insert(personal);
    request.extensions_mut().insert(page);
    next.run(request).await
}

/// Middleware inside of [`provide`]: no cache may store a page that depends on its browser.
pub(super) async fn keep_out_of_caches(
    Extension(personal): Extension<Personal>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if personal.is_marked() {
        response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

async fn user_of(
    auth: &Auth,
    session: Option<tower_sessions::Session>,
) -> Result<Option<CurrentUser>, tower_sessions::session::Error> {
    match session {
        Some(session) => CurrentUser::of(&session, auth).await,
        None => Ok(None),
    }
}

impl PageContext {
    fn new(auth: Auth, user: Option<CurrentUser>, personal: Personal) -> Self {
        Self(Arc::new(Shared {
            auth,
            user,
            login: Mutex::default(),
            dialogs: AtomicUsize::default(),
            personal,
            sent: Mutex::default(),
        }))
    }

    fn user(&self) -> Option<&CurrentUser> {
        self.0.personal.mark();
        self.0.user.as_ref()
    }

    fn session(&self) -> Session {
        let config = self.0.auth.config();
        Session {
            user: self.user().map(CurrentUser::public),
            login_page: config.login_page(),
            logout: config.visible(&config.paths.logout),
            api: config.visible(&config.paths.api),
        }
    }

    /// The state for a dialog that the browser renders on this page; without texts and countries if it has them.
    pub(super) fn state(&self, page: &Uri, headers: &HeaderMap, known: &str) -> (Session, Login) {
        let mut login = login(&self.0.auth, self.user(), page, headers);
        if login.messages.language == known {
            (login.messages, login.countries) = (Messages::known(), Countries::default());
        }
        (self.session(), login)
    }

    fn login(&self, parts: &Parts) -> Login {
        let read = || login(&self.0.auth, self.user(), &page_of(self.0.auth.config(), parts), &parts.headers);
        match self.0.login.lock() {
            Ok(mut login) => login.get_or_insert_with(read).clone(),
            Err(_) => read(),
        }
    }
}

/// The page as its browser sees it; of a server function, the page that calls it.
fn page_of(config: &AuthConfig, parts: &Parts) -> Uri {
    let is_rendered = Owner::current_shared_context().is_some();
    let caller = parts.headers.get(REFERER).and_then(|value| value.to_str().ok()).and_then(page_in);
    let page = if is_rendered { None } else { caller };
    page.unwrap_or_else(|| visible(config, parts)).parse().unwrap_or_default()
}

/// Path and query of a URL.
fn page_in(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// `page` is the page as its browser sees it.
pub(super) fn login(auth: &Auth, user: Option<&CurrentUser>, page: &Uri, headers: &HeaderMap) -> Login {
    let config = auth.config();
    let logins = Logins::of(config, headers, auth.now());
    let named = query(page, LOGIN).and_then(|name| LoginId::parse(&name).ok());
    let pending = match &named {
        Some(id) => logins.named(id).filter(|login| !login.is_over),
        None if query(page, REFUSED).is_some() => None,
        // A dialog on another page has left for this one.
        None if query(page, PROOF).is_some() => logins.newest(None).map(PendingLogin::without_other_notice),
        // A user who has signed in since continues none of the earlier logins. A refusal is shown on the page that named the
        // login, not on every page for an hour.
        None => logins.newest(user.map(|user| user.signed_in_at)).map(PendingLogin::without_notice),
    };
    let lost = named.filter(|id| pending.is_none() && logins.are_blocked(id));
    let return_to = return_to(config, page, pending.as_ref());
    let language = language(config, headers);
    let mut state = state(auth, pending, page, headers);
    if let Some(id) = lost {
        // The form names it, so that no code is sent for another login whose cookie would be blocked as well.
        (state.login, state.notice) = (id.into(), Some(Notice::Refused(Refusal::CookiesBlocked)));
    }
    let hosted_url = config.visible(if config.hosted_login { &config.paths.hosted_login } else { &config.paths.login });
    Login {
        id: String::new(),
        state,
        api: config.visible(&config.paths.api),
        page_url: login_url(&config.login_page(), return_to.as_str()),
        hosted_url: login_url(&hosted_url, return_to.as_str()),
        return_to: return_to.into(),
        countries: countries::in_language(language, &config.countries),
        messages: language.messages(),
        terms: config.terms.as_ref().map(|terms| terms.links.clone()),
        ..Login::default()
    }
}

fn state(auth: &Auth, pending: Option<PendingLogin>, uri: &Uri, headers: &HeaderMap) -> State {
    let edits = query(uri, "edit").is_some();
    let mut state = match pending {
        Some(mut pending) => {
            if edits {
                pending.edit_number();
            }
            let is_of_last_login = pending.unsolved_challenge().is_some() && pending.has_no_number();
            let mut state = pending.state(auth.now());
            if is_of_last_login && !edits {
                state.screen = first_screen(auth, headers);
            }
            state
        }
        None => State {
            screen: if edits { Screen::EnterPhone } else { first_screen(auth, headers) },
            country: first_country(auth.config().default_location, &auth.config().countries, headers),
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

/// Offers the number of the last login, if it is stored in the browser.
fn first_screen(auth: &Auth, headers: &HeaderMap) -> Screen {
    last_login::remembered(auth.config(), headers)
        .map_or(Screen::EnterPhone, |number| Screen::LastLogin { phone_number: number.masked() })
}

/// The page to return to: from the URL, on login pages from the pending login, elsewhere the page itself.
fn return_to(config: &AuthConfig, page: &Uri, pending: Option<&PendingLogin>) -> ReturnTo {
    if let Some(asked) = query(page, "return_to") {
        return config.return_to(&asked);
    }
    if page.path().strip_prefix(&config.login_page()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return pending.map_or_else(|| config.home(), |pending| pending.return_to.clone());
    }
    let here = config.return_to(page.path_and_query().map_or("/", |path| path.as_str()));
    [LOGIN, REFUSED, "edit"].iter().fold(here, |here, parameter| here.without(parameter))
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}
