//! Browsers that a number signed in with before, known by an encrypted token: the device cookies of OWASP.
//!
//! Tries and codes for a number have limits that strangers can use up. Whoever has the number's token has an allowance
//! of its own; all browsers of a number share one, so that signing in often gives no more messages.
//! <https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies>

use axum::response::{IntoResponseParts, ResponseParts};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};

use super::{challenge::Taken, service::SignIn};
use crate::{
    clock::Millis,
    http::cookies::{self, Cookie},
    oauth::sso::Arrival,
    phone_number::PhoneNumber,
    state::Tenant,
    store::User,
};

/// How long a browser is known, from its last sign-in.
pub(crate) const KNOWN_SECONDS: i64 = 180 * 24 * 60 * 60;

/// What the token is bound to besides the key.
const PURPOSE: &str = "device token";

/// What the token holds.
#[derive(Serialize, Deserialize)]
struct Device {
    connection: String,
    phone_number: String,
    signed_in_at: Millis,
}

/// A token for the browser of someone who signs in by code now; `None` if it cannot be encrypted.
pub(crate) fn token(tenant: &Tenant, user: &User) -> Option<String> {
    let (connection, phone_number) = (user.connection.clone(), user.phone_number.clone());
    let text = serde_json::to_vec(&Device { connection, phone_number, signed_in_at: tenant.now() }).ok()?;
    tenant.seal_key.seal(PURPOSE, &text, &*tenant.entropy)
}

/// Whether the token is one of this number's.
pub(crate) fn is_of(tenant: &Tenant, token: &str, connection: &str, phone_number: &PhoneNumber) -> bool {
    let device = tenant.seal_key.open(PURPOSE, token).and_then(|text| serde_json::from_slice::<Device>(&text).ok());
    device.is_some_and(|device| {
        let is_theirs = device.connection == connection && device.phone_number == phone_number.as_str();
        is_theirs && tenant.now() < device.signed_in_at.plus_seconds(KNOWN_SECONDS)
    })
}

/// Whether the number signed in with this browser here before.
pub(crate) fn is_known(tenant: &Tenant, headers: &HeaderMap, connection: &str, phone_number: &PhoneNumber) -> bool {
    cookie(tenant, headers).is_some_and(|token| is_of(tenant, &token, connection, phone_number))
}

/// The cookie by which the browser is known from now on.
pub(crate) struct Remembered(Option<HeaderValue>);

impl Remembered {
    /// After a sign-in by code. A browser that a link brought here keeps the token it has: else a stranger's link would
    /// take it away.
    pub(crate) fn of(tenant: &Tenant, headers: &HeaderMap, sign_in: &SignIn, arrival: Arrival) -> Self {
        let keeps = arrival == Arrival::ByLink && cookie(tenant, headers).is_some();
        if keeps || sign_in.taken == Taken::Repeated {
            return Self(None);
        }
        let cookie = token(tenant, &sign_in.user).map(|token| the_cookie(tenant).set(&token, KNOWN_SECONDS));
        Self(cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()))
    }
}

impl IntoResponseParts for Remembered {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Some(cookie) = self.0 {
            parts.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}

fn cookie(tenant: &Tenant, headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, &the_cookie(tenant).full_name())
}

fn the_cookie(tenant: &Tenant) -> Cookie<'static> {
    Cookie { name: "tenant_device", secure: tenant.origin.is_https() }
}
