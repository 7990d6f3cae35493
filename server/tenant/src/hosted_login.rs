//! The logins that a browser has under way at the login page, each in an encrypted cookie of its own: a login belongs to
//! the browser that began it, nothing is stored for strangers, and any instance can go on.

use axum::response::{IntoResponseParts, ResponseParts};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    entropy,
    error::StoreError,
    http::cookies::{self, Cookie},
    oauth::authorization_request::AuthorizationRequest,
    phone_number::PhoneNumber,
    state::Tenant,
};

const NAME: &str = "tenant_login_";

/// How long the page of a login that is over still leads back to the application.
const KNOWN_SECONDS: i64 = 60 * 60;

/// Logins of one browser at once, and the bytes that their cookies may have together: servers refuse long headers.
const MAX_COUNT: usize = 8;
const MAX_BYTES: usize = 4096;

/// How long the page can be left open.
pub(crate) const LIFETIME_SECONDS: i64 = 60 * 60;

/// Longest text that is kept of what someone typed, or of what an application says that they would.
pub(crate) const MAX_TYPED: usize = 40;

/// What the page says beside the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Notice {
    BadNumber,
    /// A number that no table has in service: is it meant?
    Unlisted,
    Country,
    TooManyRequests {
        /// Unix milliseconds: the page counts from when it is read.
        until: i64,
    },
    NumberRefused,
    /// The person told the provider to send no more messages.
    OptedOut,
    SmsFailed,
    Resent,
    MissingCode,
    /// Fewer digits than a code has: not tried.
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

/// The page's address, which names one of the logins that the browser has under way.
pub(crate) fn path(id: &str) -> String {
    format!("/u/login?state={id}")
}

/// A login under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HostedLogin {
    pub(crate) request: AuthorizationRequest,
    /// What ties codes to this browser; all its logins share it, so that the newest code is good in each of its tabs.
    pub(crate) transaction: String,
    /// The number as it was typed, to show it again.
    pub(crate) typed: String,
    /// The number that a code was sent to; with one, the page asks for the code.
    pub(crate) phone_number: Option<PhoneNumber>,
    /// Whether the page asks first if the person is who is signed in at the tenant.
    pub(crate) offers_session: bool,
    /// What the page says beside the form.
    pub(crate) notice: Option<Notice>,
    /// Until when it goes on.
    pub(crate) expires_at: Millis,
}

impl HostedLogin {
    /// A login that begins now.
    pub(crate) fn begin(
        tenant: &Tenant,
        headers: &HeaderMap,
        request: AuthorizationRequest,
        offers_session: bool,
    ) -> Self {
        let typed = request.login_hint.clone().unwrap_or_default();
        let expires_at = tenant.now().plus_seconds(LIFETIME_SECONDS);
        let others = others(tenant, headers, "");
        let mut others = others.iter().filter_map(|(name, value)| open(tenant, name, value));
        let transaction = others.next().map(|other| other.transaction);
        let transaction = transaction.unwrap_or_else(|| entropy::token(&*tenant.entropy));
        Self { request, transaction, typed, phone_number: None, offers_session, notice: None, expires_at }
    }

    fn is_known(&self, now: Millis) -> bool {
        now <= self.expires_at.plus_seconds(KNOWN_SECONDS)
    }
}

/// A new name for a login, which its page's address holds.
pub(crate) fn new_id(tenant: &Tenant) -> String {
    entropy::token(&*tenant.entropy)
}

/// The login of this name that the browser brings, also where it is over.
pub(crate) fn find(tenant: &Tenant, headers: &HeaderMap, id: &str) -> Option<HostedLogin> {
    let name = cookie(tenant, &(NAME.to_owned() + id)).full_name();
    open(tenant, &name, &cookies::read(headers, &name)?)
}

fn open(tenant: &Tenant, name: &str, value: &str) -> Option<HostedLogin> {
    let login: HostedLogin = serde_json::from_slice(&tenant.seal_key.open(name, value)?).ok()?;
    login.is_known(tenant.now()).then_some(login)
}

/// The headers that keep a login in the browser.
pub(crate) struct Kept(Vec<HeaderValue>);

/// Keeps a login; what is too much beside it goes, oldest first.
pub(crate) fn keep(tenant: &Tenant, headers: &HeaderMap, id: &str, login: &HostedLogin) -> Result<Kept, StoreError> {
    let malformed = || StoreError::Malformed("hosted login");
    let base_name = NAME.to_owned() + id;
    let own = cookie(tenant, &base_name);
    let name = own.full_name();
    let text = serde_json::to_vec(login).map_err(|_| malformed())?;
    let value = tenant.seal_key.seal(&name, &text, &*tenant.entropy).ok_or_else(malformed)?;
    let max_age = login.expires_at.plus_seconds(KNOWN_SECONDS).seconds() - tenant.now().seconds();
    let set = if is_framed(headers) { own.set_in_frame(&value, max_age) } else { own.set(&value, max_age) };
    let mut kept = vec![set];
    let (mut count, mut bytes) = (1, value.len());
    for (other, value) in others(tenant, headers, &name) {
        (count, bytes) = (count + 1, bytes + value.len());
        if count > MAX_COUNT || bytes > MAX_BYTES {
            kept.push(cookies::forget(&other, tenant.origin.is_https()));
        }
    }
    let kept = kept.iter().map(|line| HeaderValue::from_str(line).map_err(|_| malformed()));
    Ok(Kept(kept.collect::<Result<_, _>>()?))
}

/// The other logins that the browser brings, newest first; what cannot be read counts as the oldest.
fn others(tenant: &Tenant, headers: &HeaderMap, name: &str) -> Vec<(String, String)> {
    let mut others = cookies::beginning_with(headers, &cookie(tenant, NAME).full_name());
    others.retain(|(other, _)| other != name);
    others.sort_by_cached_key(|(name, value)| {
        std::cmp::Reverse(open(tenant, name, value).map(|login| login.expires_at.0))
    });
    others
}

fn cookie<'a>(tenant: &Tenant, name: &'a str) -> Cookie<'a> {
    Cookie { name, secure: tenant.origin.is_https() }
}

/// Whether the page is in a frame, whose cookies browsers keep apart for each site that frames it.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe")
}

impl IntoResponseParts for Kept {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        for line in self.0 {
            parts.headers_mut().append(header::SET_COOKIE, line);
        }
        Ok(parts)
    }
}
