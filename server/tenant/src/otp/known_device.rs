//! Browsers that a number signed in with before, known by an encrypted token: OWASP's device cookies.
//!
//! Strangers can use up the limits of a number on attempts and codes. Browsers with the number's token have an allowance of
//! their own; all browsers of a number share one, so that signing in often does not allow more messages.
//! <https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies>

use std::sync::Arc;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::{
    browser::{Browser, Transaction},
    challenge::Outcome,
    request::SignIn,
};
use crate::{
    clock::{Clock, Millis},
    entropy::Entropy,
    http::{
        cookies::{CookiePolicy, SetCookies},
        params::Params,
    },
    oauth::arrival::Arrival,
    phone_number::PhoneNumber,
    seal::SealKey,
    store::User,
};

/// How long a browser is known after its last sign-in.
pub(crate) const KNOWN_SECONDS: i64 = 180 * 24 * 60 * 60;

/// Keeps the token from being accepted as another encrypted text.
const PURPOSE: &str = "device token";

const COOKIE: &str = "tenant_device";

/// Headers in which an application's server names the transaction, and passes on the browser's device token.
const TRANSACTION_HEADER: &str = "passwordless-transaction";
const DEVICE_HEADER: &str = "passwordless-device";

/// Longest value of either header.
const MAX_LENGTH: usize = 1024;

#[derive(Serialize, Deserialize)]
struct DeviceToken {
    connection: String,
    phone_number: String,
    signed_in_at: Millis,
}

/// Issues device tokens, and recognises them.
#[derive(Clone)]
pub(crate) struct KnownDevices {
    pub(crate) key: Arc<SealKey>,
    pub(crate) cookies: CookiePolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl KnownDevices {
    /// A token for the browser in which the user signs in now; `None` if it cannot be encrypted.
    pub(crate) fn token(&self, user: &User) -> Option<String> {
        let (connection, phone_number) = (user.connection.clone(), user.phone_number.clone());
        let signed_in_at = self.clock.millis();
        let text = serde_json::to_vec(&DeviceToken { connection, phone_number, signed_in_at }).ok()?;
        self.key.seal(PURPOSE, &text, &*self.entropy)
    }

    /// Whether the token is one of this number's.
    fn is_token_of(&self, token: &str, connection: &str, phone_number: &PhoneNumber) -> bool {
        let token = self.key.open(PURPOSE, token).and_then(|text| serde_json::from_slice::<DeviceToken>(&text).ok());
        token.is_some_and(|token| {
            let is_theirs = token.connection == connection && token.phone_number == phone_number.as_str();
            is_theirs && self.clock.millis() < token.signed_in_at.plus_seconds(KNOWN_SECONDS)
        })
    }

    /// Whether the number signed in with this browser at the tenant before.
    pub(crate) fn is_known(&self, headers: &HeaderMap, connection: &str, phone_number: &PhoneNumber) -> bool {
        let token = self.cookies.read(headers, COOKIE);
        token.is_some_and(|token| self.is_token_of(&token, connection, phone_number))
    }

    /// The browser on whose behalf an application's server calls.
    pub(crate) fn browser_of_api_call(
        &self,
        headers: &HeaderMap,
        connection: &str,
        phone_number: &PhoneNumber,
    ) -> Browser {
        let text =
            |name| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= MAX_LENGTH);
        let is_known = text(DEVICE_HEADER).is_some_and(|token| self.is_token_of(token, connection, phone_number));
        Browser { transaction: text(TRANSACTION_HEADER).map(Transaction::named), is_known }
    }

    /// The browser that sent the request; the application that sent it here names the transaction.
    pub(crate) fn browser_of_request(
        &self,
        (headers, params): (&HeaderMap, &Params),
        connection: &str,
        phone_number: &PhoneNumber,
    ) -> Browser {
        let transaction = params.optional("transaction").map(Transaction::named);
        Browser { transaction, is_known: self.is_known(headers, connection, phone_number) }
    }

    /// The cookie by which the browser is known after a sign-in by code. A browser that came by a link keeps the token that
    /// it has: otherwise a stranger's link could take it away.
    pub(crate) fn remember(&self, headers: &HeaderMap, sign_in: &SignIn, arrival: Arrival) -> SetCookies {
        let has_token = arrival == Arrival::ByLink && self.cookies.read(headers, COOKIE).is_some();
        if has_token || sign_in.outcome == Outcome::Repeated {
            return SetCookies::default();
        }
        self.token(&sign_in.user).map(|token| self.cookies.set(COOKIE, token, KNOWN_SECONDS)).into()
    }
}
