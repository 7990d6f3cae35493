//! What is known of the browser that a code is asked for or tried in. Clients that say nothing of it are Auth0's.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;

use super::known_device;
use crate::{http::params::Fields, phone_number::PhoneNumber, state::Tenant};

/// Where an application's server names the transaction, and hands on what the browser keeps of an earlier sign-in.
const TRANSACTION_HEADER: &str = "passwordless-transaction";
const DEVICE_HEADER: &str = "passwordless-device";

/// Longest text that is read of either.
const MAX_TEXT: usize = 1024;

/// The browser, as far as whoever calls tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    /// What ties a code to the browser that asked for it: a code that is asked for in another one leaves it good.
    pub(crate) transaction: Option<Transaction>,
    /// Whether someone signed in with the number in this browser before: no stranger uses its allowance up.
    pub(crate) is_known: bool,
}

/// A text of the caller's choice, hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction(String);

impl Transaction {
    pub(crate) fn named(text: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Browser {
    /// The one that an application's server calls for.
    pub(crate) fn of_call(tenant: &Tenant, headers: &HeaderMap, connection: &str, phone_number: &PhoneNumber) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= MAX_TEXT);
        let is_known =
            text(DEVICE_HEADER).is_some_and(|text| known_device::is_of(tenant, text, connection, phone_number));
        Self { transaction: text(TRANSACTION_HEADER).map(Transaction::named), is_known }
    }

    /// The one that comes itself; an application that sent it names the transaction.
    pub(crate) fn that_came(
        tenant: &Tenant,
        (headers, fields): (&HeaderMap, &Fields),
        connection: &str,
        phone_number: &PhoneNumber,
    ) -> Self {
        let transaction = fields.param("transaction").ok().flatten().map(Transaction::named);
        Self { transaction, is_known: known_device::is_known(tenant, headers, connection, phone_number) }
    }
}
