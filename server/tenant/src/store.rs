//! The tenant's tables, and all of its SQL. Each statement that decides something is atomic.

mod access_tokens;
mod assertions;
mod authorization_codes;
mod challenges;
mod cleanup;
mod connections;
mod conversions;
mod login_sends;
mod login_tickets;
mod logouts;
mod logs;
mod messages;
mod otp_keys;
mod personal_data;
mod rate_limits;
mod refresh_tokens;
mod refusals;
mod secrets;
mod signing_keys;
mod spending;
mod sso_sessions;
#[cfg(test)]
mod tests;
mod used_proofs;
mod user_admin;
mod user_import;
mod users;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use secrecy::SecretString;
use sqlx::migrate::Migrator;

pub(crate) use access_tokens::NewAccessToken;
pub(crate) use authorization_codes::StoredCode;
pub(crate) use challenges::{Attempt, Binding};
pub use connections::{Connections, Taken};
pub(crate) use login_sends::{LoginSend, LoginSendOutcome};
pub(crate) use login_tickets::LoginTicket;
pub(crate) use logouts::{Logout, LogoutDelivery, Receiver};
use otp_keys::CachedOtpKeys;
pub(crate) use refresh_tokens::{NewFamily, Rotation};
pub use secrets::default_client_secret;
pub(crate) use signing_keys::{RetiredKey, Slot, StoredKeys};
pub(crate) use sso_sessions::{ABSOLUTE_SECONDS as SSO_SECONDS, SsoSession};
pub(crate) use user_import::ImportOutcome;
pub(crate) use users::User;

/// SQLite or PostgreSQL, as the pool's URL says. One text of SQL does for both.
type SqlEngine = sqlx::Any;

/// Connections to the tenant's database. Of SQLite databases, journal, time-outs and foreign keys are the caller's to set.
pub type Pool = sqlx::Pool<SqlEngine>;

type Connection = <SqlEngine as sqlx::Database>::Connection;

/// The tenant's tables. Nothing else in the tenant speaks SQL.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connections: Connections,
    /// The operator's secret, which codes are hashed under together with the keys in the database.
    operator_otp_key: Option<SecretString>,
    otp_keys: CachedOtpKeys,
}

/// The migrations of the tenant's tables, which have to be run before anything else is done with them.
#[must_use]
pub fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!();
    // The app's tables may be in the same database.
    migrations.dangerous_set_table_name("tenant_migrations");
    migrations
}

impl Store {
    pub(crate) fn new(connections: impl Into<Connections>) -> Self {
        Self { connections: connections.into(), operator_otp_key: None, otp_keys: CachedOtpKeys::default() }
    }

    pub(crate) fn with_operator_otp_key(self, operator_otp_key: Option<SecretString>) -> Self {
        Self { operator_otp_key, ..self }
    }
}

/// The identifier of a sign-in, which its tokens are revoked by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GrantId(String);

impl GrantId {
    /// Of what the sign-in was proved with: an authorization code, or a random text.
    pub(crate) fn of(origin: &str) -> Self {
        Self(hash(origin))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hash of a bearer secret (a code, a token, a cookie): the store recognises it, and does not reveal it.
fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}
