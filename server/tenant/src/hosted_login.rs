//! The logins that a browser has under way at the login page, each in an encrypted cookie of its own: a login belongs to
//! the browser that started it, nothing is stored for strangers, and any instance can continue it.

use std::{cmp::Reverse, sync::Arc};

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, Millis},
    entropy::{self, Entropy},
    error::StoreError,
    http::cookies::{CookiePolicy, SetCookies},
    oauth::authorization_request::AuthorizationRequest,
    phone_number::PhoneNumber,
    seal::SealKey,
};

/// Prefix of the cookies' names.
const COOKIE: &str = "tenant_login_";

/// How long the page can be left open.
const LIFETIME_SECONDS: i64 = 60 * 60;

/// How long the page of an expired login still links back to the application.
const EXPIRED_SECONDS: i64 = 60 * 60;

/// Logins of one browser at once, and the total size of their cookies in bytes: servers refuse long headers.
const MAX_COUNT: usize = 8;
const MAX_BYTES: usize = 4096;

/// The message above the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Notice {
    BadNumber,
    /// A number that no table lists as in service: the page asks whether it is correct.
    Unlisted,
    Country,
    TooManyRequests {
        /// Unix milliseconds: the page shows the time left when it is loaded.
        until: i64,
    },
    NumberRefused,
    /// The recipient opted out of messages.
    OptedOut,
    SmsFailed,
    Resent,
    MissingCode,
    /// Fewer digits than a code has: not an attempt.
    ShortCode {
        code_length: usize,
    },
    WrongCode {
        attempts_left: Option<u32>,
    },
    Superseded,
    Expired,
    UsedUp,
    TooManyAttempts,
    SignUpDisabled,
}

/// The URL of the page, which names one of the browser's logins.
pub(crate) fn path(id: &str) -> String {
    format!("/u/login?state={id}")
}

/// A login under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HostedLogin {
    pub(crate) request: AuthorizationRequest,
    /// Ties codes to this browser; all its logins share it, so that the newest code is valid in each of its tabs.
    pub(crate) transaction: String,
    /// The number as it was typed, to show it again.
    pub(crate) typed: String,
    /// The number that a code was sent to; with one, the page asks for the code.
    pub(crate) phone_number: Option<PhoneNumber>,
    /// Whether the page first offers to continue as the user who is signed in at the tenant.
    pub(crate) offers_session: bool,
    pub(crate) notice: Option<Notice>,
    pub(crate) expires_at: Millis,
}

/// Starts, finds and saves the logins of browsers.
#[derive(Clone)]
pub(crate) struct HostedLogins {
    pub(crate) key: Arc<SealKey>,
    pub(crate) cookies: CookiePolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// Another login of the browser: the full name of its cookie, its size, and the login unless it cannot be read.
struct Other {
    cookie: String,
    bytes: usize,
    login: Option<HostedLogin>,
}

impl HostedLogins {
    /// Starts a login, and returns the path of its page.
    pub(crate) fn begin(
        &self,
        headers: &HeaderMap,
        request: AuthorizationRequest,
        offers_session: bool,
    ) -> Result<(String, SetCookies), StoreError> {
        let id = entropy::token(&*self.entropy);
        let others = self.others(headers, &id);
        let transaction = others.iter().find_map(|other| Some(other.login.as_ref()?.transaction.clone()));
        let login = HostedLogin {
            typed: request.login_hint.clone().unwrap_or_default(),
            request,
            transaction: transaction.unwrap_or_else(|| entropy::token(&*self.entropy)),
            phone_number: None,
            offers_session,
            notice: None,
            expires_at: self.clock.millis().plus_seconds(LIFETIME_SECONDS),
        };
        Ok((path(&id), self.save_beside(headers, &id, &login, others)?))
    }

    /// The browser's login of this name, for a while also after it expired.
    pub(crate) fn find(&self, headers: &HeaderMap, id: &str) -> Option<HostedLogin> {
        let name = COOKIE.to_owned() + id;
        self.open(&self.cookies.full_name(&name), &self.cookies.read(headers, &name)?)
    }

    /// The cookies that save a login; of too many others, the oldest are removed.
    pub(crate) fn save(&self, headers: &HeaderMap, id: &str, login: &HostedLogin) -> Result<SetCookies, StoreError> {
        self.save_beside(headers, id, login, self.others(headers, id))
    }

    fn save_beside(
        &self,
        headers: &HeaderMap,
        id: &str,
        login: &HostedLogin,
        others: Vec<Other>,
    ) -> Result<SetCookies, StoreError> {
        let malformed = || StoreError::Malformed("hosted login");
        let name = COOKIE.to_owned() + id;
        let text = serde_json::to_vec(login).map_err(|_| malformed())?;
        let sealed = self.key.seal(&self.cookies.full_name(&name), &text, &*self.entropy).ok_or_else(malformed)?;
        let (mut count, mut bytes) = (1, sealed.len());
        let max_age = login.expires_at.plus_seconds(EXPIRED_SECONDS).seconds() - self.clock.millis().seconds();
        let cookie = if is_framed(headers) {
            self.cookies.set_framed(&name, sealed, max_age)
        } else {
            self.cookies.set(&name, sealed, max_age)
        };
        let mut cookies = vec![cookie];
        for other in others {
            (count, bytes) = (count + 1, bytes + other.bytes);
            if count > MAX_COUNT || bytes > MAX_BYTES {
                cookies.push(self.cookies.remove(other.cookie));
            }
        }
        Ok(SetCookies(cookies))
    }

    /// The browser's other logins, newest first, and last those that cannot be read.
    fn others(&self, headers: &HeaderMap, id: &str) -> Vec<Other> {
        let own = self.cookies.full_name(&(COOKIE.to_owned() + id));
        let others = self.cookies.read_all(headers, COOKIE).into_iter().filter(|(cookie, _)| *cookie != own);
        let mut others: Vec<Other> = others
            .map(|(cookie, value)| Other { login: self.open(&cookie, &value), bytes: value.len(), cookie })
            .collect();
        others.sort_by_key(|other| Reverse(other.login.as_ref().map(|login| login.expires_at)));
        others
    }

    fn open(&self, full_name: &str, value: &str) -> Option<HostedLogin> {
        let login: HostedLogin = serde_json::from_slice(&self.key.open(full_name, value)?).ok()?;
        (self.clock.millis() <= login.expires_at.plus_seconds(EXPIRED_SECONDS)).then_some(login)
    }
}

/// Whether the page is in a frame, whose cookies browsers partition by the site that frames it.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe")
}
