//! The logins that a browser has in progress, each in a cookie of its own: parallel requests lose no updates, nothing is
//! stored on the server for anonymous visitors, and any instance of the app can continue a login.

use super::{
    AuthConfig, cookies,
    login_id::LoginId,
    oauth_secrets::{State, Transaction},
    pending_login::PendingLogin,
    seal,
};
use http::{HeaderMap, HeaderValue};
use time::{Duration, OffsetDateTime};

const NAME: &str = "login_";
/// How long a login may take.
const LIFETIME: Duration = Duration::hours(1);
/// If the cookie of a login this young is missing, the browser blocks cookies.
const YOUNG: Duration = Duration::minutes(5);
/// The most logins of one browser, and bytes of their cookies together: servers refuse long headers.
const MAX_COUNT: usize = 8;
const MAX_BYTES: usize = 4096;

/// The cookies of a request that hold logins.
pub(super) struct Logins<'a> {
    config: &'a AuthConfig,
    now: OffsetDateTime,
    /// Newest first.
    found: Vec<(LoginId, &'a str)>,
}

impl<'a> Logins<'a> {
    pub(super) fn of(config: &'a AuthConfig, headers: &'a HeaderMap, now: OffsetDateTime) -> Self {
        let prefix = cookies::name(config, NAME);
        let login = |(name, value): (&str, &'a str)| Some((LoginId::parse(name.strip_prefix(&prefix)?).ok()?, value));
        let mut found: Vec<_> = cookies::of(headers).filter_map(login).collect();
        found.retain(|(id, _)| now - id.began_at() < LIFETIME);
        found.sort_by(|(one, _), (other, _)| other.cmp(one));
        Self { config, now, found }
    }

    /// The login of this name.
    pub(super) fn named(&self, id: &LoginId) -> Option<PendingLogin> {
        self.found.iter().find(|(found, _)| found == id).and_then(|found| self.open(found))
    }

    /// The login that a response of the tenant belongs to.
    pub(super) fn of_state(&self, state: &str) -> Option<PendingLogin> {
        let login = self.named(&State::login(state)?)?;
        login.authorization().is_some_and(|authorization| authorization.state.is(state)).then_some(login)
    }

    /// The newest unfinished login, of those that started after `since`.
    pub(super) fn newest(&self, since: Option<OffsetDateTime>) -> Option<PendingLogin> {
        let young = self.found.iter().filter(|(id, _)| since.is_none_or(|since| id.began_at() > since));
        young.filter_map(|found| self.open(found)).find(|login| !login.is_over)
    }

    /// The transaction that the logins of this browser share.
    pub(super) fn transaction(&self) -> Option<Transaction> {
        self.newest(None).map(|newest| newest.transaction)
    }

    /// The newest finished login.
    pub(super) fn newest_over(&self) -> Option<PendingLogin> {
        self.found.iter().filter_map(|found| self.open(found)).find(|login| login.is_over)
    }

    /// Whether the browser seems to block cookies: the login that it names is young, and its cookie is missing.
    pub(super) fn are_blocked(&self, id: &LoginId) -> bool {
        self.found.is_empty() && self.is_young(id)
    }

    fn is_young(&self, id: &LoginId) -> bool {
        (Duration::ZERO..YOUNG).contains(&(self.now - id.began_at()))
    }

    /// Whether a login of this name could be in progress in some browser.
    pub(super) fn is_fresh(&self, id: &LoginId) -> bool {
        (Duration::ZERO..LIFETIME).contains(&(self.now - id.began_at()))
    }

    /// The headers that store a login in the browser; if there are too many others, they remove the oldest.
    pub(super) fn keep(&self, login: &PendingLogin) -> Vec<HeaderValue> {
        let name = self.name(&login.id);
        let Some(value) = self.seal(&name, login) else { return Vec::new() };
        let age = LIFETIME - Duration::seconds((self.now - login.id.began_at()).whole_seconds());
        let (mut count, mut bytes) = (1, value.len());
        let mut headers: Vec<_> = cookies::set(self.config, &name, &value, age).into_iter().collect();
        for (id, value) in self.found.iter().filter(|(id, _)| *id != login.id) {
            (count, bytes) = (count + 1, bytes + value.len());
            if count > MAX_COUNT || bytes > MAX_BYTES {
                headers.extend(cookies::remove(self.config, &self.name(id)));
            }
        }
        headers
    }

    fn name(&self, id: &LoginId) -> String {
        cookies::name(self.config, NAME) + id.as_str()
    }

    fn seal(&self, name: &str, login: &PendingLogin) -> Option<String> {
        let text = serde_json::to_vec(login).ok()?;
        let sealed = seal::seal(self.config, name, &text);
        sealed.inspect_err(|_| tracing::error!("a login could not be encrypted")).ok()
    }

    fn open(&self, (id, value): &(LoginId, &str)) -> Option<PendingLogin> {
        serde_json::from_slice(&seal::open(self.config, &self.name(id), value)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::return_to::ReturnTo;
    use http::header::COOKIE;

    fn config(base: &str) -> AuthConfig {
        let (base, tenant) = (base.parse().unwrap(), "demo.auth0.com".parse().unwrap());
        AuthConfig::new(base, tenant, "client".to_owned(), "secret".into())
    }

    fn login(return_to: &str, at: OffsetDateTime) -> PendingLogin {
        PendingLogin::begin(ReturnTo::parse(return_to), at).unwrap()
    }

    /// A browser that takes these headers, one after the other.
    fn after(headers: &[HeaderValue], before: &HeaderMap) -> HeaderMap {
        let mut jar: Vec<(String, String)> =
            cookies::of(before).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for header in headers {
            let (name, rest) = header.to_str().unwrap().split_once('=').unwrap();
            jar.retain(|(other, _)| other != name);
            let value = rest.split(';').next().unwrap().to_owned();
            if !value.is_empty() {
                jar.push((name.to_owned(), value));
            }
        }
        let line = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&line).unwrap())])
    }

    #[test]
    fn a_browser_brings_its_logins_back_and_the_newest_counts() {
        let (config, now) = (config("https://app.example"), OffsetDateTime::UNIX_EPOCH);
        let (one, other) = (login("/one", now), login("/other", now + Duration::milliseconds(1)));
        let mut jar = after(&Logins::of(&config, &HeaderMap::new(), now).keep(&one), &HeaderMap::new());
        // Two requests at once know nothing of each other.
        jar = after(&Logins::of(&config, &HeaderMap::new(), now).keep(&other), &jar);
        let logins = Logins::of(&config, &jar, now);
        assert_eq!(logins.newest(None).map(|login| login.id), Some(other.id.clone()));
        assert_eq!(logins.named(&one.id).map(|login| login.return_to), Some(one.return_to.clone()));
        assert!(logins.newest(Some(other.id.began_at())).is_none());

        let later = now + LIFETIME + Duration::SECOND;
        assert!(Logins::of(&config, &jar, later).newest(None).is_none());
        assert!(!jar[COOKIE].to_str().unwrap().contains("/one"), "nothing is in clear");
    }

    #[test]
    fn another_apps_and_anothers_name_open_nothing() {
        let (mine, now) = (config("https://app.example"), OffsetDateTime::UNIX_EPOCH);
        let mut theirs = config("https://app.example");
        theirs.client_secret = "another".into();
        let (one, other) = (login("/", now), login("/", now));
        let jar = after(&Logins::of(&mine, &HeaderMap::new(), now).keep(&one), &HeaderMap::new());
        assert!(Logins::of(&theirs, &jar, now).newest(None).is_none());
        let renamed = jar[COOKIE].to_str().unwrap().replace(one.id.as_str(), other.id.as_str());
        let renamed = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&renamed).unwrap())]);
        assert!(Logins::of(&mine, &renamed, now).newest(None).is_none());
    }

    #[test]
    fn the_cookies_never_become_too_many_or_too_long() {
        let (config, mut now) = (config("https://app.example"), OffsetDateTime::UNIX_EPOCH);
        let mut jar = HeaderMap::new();
        for round in 0..60 {
            now += Duration::SECOND;
            let long = format!("/{}", "x".repeat(if round % 2 == 0 { 10 } else { 1000 }));
            let headers = Logins::of(&config, &jar, now).keep(&login(&long, now));
            jar = after(&headers, &jar);
            let logins = Logins::of(&config, &jar, now);
            assert!(logins.found.len() <= MAX_COUNT && jar[COOKIE].len() < MAX_BYTES + 1024, "{}", jar[COOKIE].len());
            assert_eq!(logins.newest(None).map(|login| login.return_to), Some(ReturnTo::parse(&long)));
        }
    }

    #[test]
    fn the_longest_login_fits_into_a_cookie() {
        let (config, now) = (config("https://app.example"), OffsetDateTime::UNIX_EPOCH);
        let mut long = login(&format!("/{}", "x".repeat(1023)), now);
        long.type_number(&"\u{10ffff}".repeat(1000), crate::Country::default());
        long.refused(crate::outcome::Refusal::Denied("\u{10ffff}".repeat(1000)));
        let headers = Logins::of(&config, &HeaderMap::new(), now).keep(&long);
        let cookie = headers[0].to_str().unwrap().split(';').next().unwrap();
        assert!(cookie.len() < 4096, "{}", cookie.len());
        let jar = after(&headers, &HeaderMap::new());
        assert!(Logins::of(&config, &jar, now).newest(None).is_some());
    }
}
