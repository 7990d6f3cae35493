//! The logins that a browser has under way at the login page, each in an encrypted cookie of its own: a login belongs to
//! the browser that started it, nothing is stored for strangers, and any instance can continue it.

use std::{cmp::Reverse, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, Millis},
    config::Connection,
    entropy::{self, Entropy},
    error::StoreError,
    http::cookies::{CookiePolicy, SetCookies},
    login_page::{LoginNotice, SentCode},
    oauth::authorization_request::AuthorizationRequest,
    otp::proof_of_work,
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

/// How long the page waits before it offers another code.
const RESEND_SECONDS: i64 = 30;

/// The path of the page of one of the browser's logins.
pub(crate) fn path(id: &str) -> String {
    format!("/u/login/{id}")
}

/// A login under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HostedLogin {
    pub(crate) request: AuthorizationRequest,
    /// Ties codes to this browser; all its logins share it, so that the newest code is valid in each of its tabs.
    pub(crate) transaction: String,
    /// The number as it was typed, to show it again.
    pub(crate) typed: String,
    /// The country that was chosen.
    pub(crate) country: Option<String>,
    pub(crate) accepts_terms: bool,
    /// The number that the user confirmed, while a proof of work for it is asked for.
    #[serde(default)]
    pub(crate) confirmed: String,
    /// The `sid` of the session that the page first offers to continue.
    pub(crate) offered: Option<String>,
    /// The code that was sent last.
    pub(crate) sent: Option<Sent>,
    pub(crate) asks_for_code: bool,
    /// The outcome of the last step, and when it was.
    pub(crate) notice: Option<(LoginNotice, Millis)>,
    /// The session that the login ended with.
    pub(crate) signed_in: Option<SignedIn>,
    pub(crate) expires_at: Millis,
}

/// A code that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) phone_number: PhoneNumber,
    /// The number, spaced for reading.
    pub(crate) display: String,
    pub(crate) at: Millis,
}

/// Who signed in, in which session of theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) user_id: String,
    pub(crate) sid: String,
    pub(crate) at: Millis,
}

impl HostedLogin {
    /// Whether a page of the application frames this one.
    pub(crate) fn is_framed(&self) -> bool {
        self.request.frame.is_some()
    }

    /// The code that was sent last, for the page.
    pub(crate) fn sent_code(&self, connection: &Connection, now: Millis) -> Option<SentCode> {
        let sent = self.sent.as_ref()?;
        Some(SentCode {
            phone_number: sent.display.clone(),
            resend_in: sent.resend_in(now),
            code_length: u32::try_from(connection.code_length).unwrap_or_default(),
            expires_in: seconds(now, connection.expiry(sent.at)),
        })
    }

    /// The challenge that the page shows, as a form sends it back whose user waited.
    pub(crate) fn unsolved_challenge(&self) -> Option<String> {
        match &self.notice {
            Some((LoginNotice::ProofNeeded { challenge, .. }, _)) => Some(STANDARD.encode(challenge)),
            _ => None,
        }
    }

    /// The notice as it is by now: a waiting time runs down, and a code expires.
    pub(crate) fn current_notice(&self, connection: &Connection, now: Millis) -> Option<LoginNotice> {
        match &self.notice {
            Some((LoginNotice::RateLimited { retry_after: Some(wait) }, at)) => {
                let left = seconds(now, at.plus_seconds((*wait).into()));
                (left > 0).then_some(LoginNotice::RateLimited { retry_after: Some(left) })
            }
            Some((LoginNotice::ProofNeeded { challenge, retry_after }, at)) => {
                let retry_after = seconds(now, at.plus_seconds((*retry_after).into()));
                let is_valid = now < at.plus_seconds(proof_of_work::LIFETIME_SECONDS);
                is_valid.then(|| LoginNotice::ProofNeeded { challenge: challenge.clone(), retry_after })
            }
            Some((notice, _)) => Some(notice.clone()),
            None => {
                let is_over = self.sent.as_ref().is_some_and(|sent| connection.expiry(sent.at) <= now);
                (self.asks_for_code && is_over).then_some(LoginNotice::Expired)
            }
        }
    }
}

impl Sent {
    /// Seconds until another code may be requested.
    pub(crate) fn resend_in(&self, now: Millis) -> u32 {
        seconds(now, self.at.plus_seconds(RESEND_SECONDS))
    }
}

fn seconds(now: Millis, end: Millis) -> u32 {
    u32::try_from(now.seconds_until(end)).unwrap_or(u32::MAX)
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
        offered: Option<String>,
    ) -> Result<(String, SetCookies), StoreError> {
        let id = entropy::token(&*self.entropy);
        let others = self.others(headers, &id);
        let transaction = others.iter().find_map(|other| Some(other.login.as_ref()?.transaction.clone()));
        let login = HostedLogin {
            typed: request.login_hint.clone().unwrap_or_default(),
            country: request.frame.as_ref().and_then(|frame| frame.country.clone()),
            request,
            transaction: transaction.unwrap_or_else(|| entropy::token(&*self.entropy)),
            accepts_terms: false,
            confirmed: String::new(),
            offered,
            sent: None,
            asks_for_code: false,
            notice: None,
            signed_in: None,
            expires_at: self.clock.millis().plus_seconds(LIFETIME_SECONDS),
        };
        Ok((path(&id), self.save_beside(headers, &id, &login, others)?))
    }

    /// The browser's login of this name, for a while also after it expired.
    pub(crate) fn find(&self, headers: &HeaderMap, id: &str) -> Option<HostedLogin> {
        let name = COOKIE.to_owned() + id;
        self.open(&self.cookies.full_name(&name), &self.cookies.read(headers, &name)?)
    }

    /// What submits of one form for a number have in common: the response to each step has another cookie.
    pub(crate) fn form(&self, headers: &HeaderMap, id: &str, phone_number: &PhoneNumber) -> String {
        let cookie = self.cookies.read(headers, &(COOKIE.to_owned() + id)).unwrap_or_default();
        format!("{cookie} {}", phone_number.as_str())
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
        let cookie = if login.is_framed() || is_framed(headers) {
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

/// Whether the request loads a page into a frame, whose cookies browsers partition by the site that frames it.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe")
}
