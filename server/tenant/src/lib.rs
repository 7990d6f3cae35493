//! An embedded, Auth0-compatible tenant for passwordless sign-in by SMS.
//!
//! [`router`] returns everything that it serves: Auth0's passwordless API, an OpenID Connect issuer, a plain login page
//! and, where no SMS provider is configured, the outbox that shows the messages to a developer.

mod admin;
mod audit_log;
mod build;
mod clock;
mod config;
mod digits;
mod endpoints;
mod entropy;
mod error;
#[cfg(test)]
mod fuzz;
mod hosted_login;
mod http;
mod keys;
mod oauth;
mod origin;
mod otp;
mod pages;
mod phone_number;
mod rate_limit;
mod seal;
mod sms;
mod state;
mod store;

pub use admin::{
    cleanup::{sweep, sweep_once},
    users::{Person, block_people, delete_people, find_people, people, unblock_people},
};
pub use audit_log::{LogEntry, logs};
pub use build::{Settings, Sms, router};
pub use clock::{Clock, SystemClock};
pub use config::{AppType, AuthMethod, Client, ConfigError, Connection, SenderConfig, TenantConfig, Weakness};
pub use entropy::{Entropy, SystemEntropy};
pub use error::{BuildError, StoreError};
pub use keys::{
    operator_keys::OwnKeys,
    otp_keys::{CodeKeyInfo, code_keys, rotate_code_key},
    rotation::{KeyInfo, KeyState, rotate_signing_keys, signing_keys},
};
pub use oauth::client_assertion::AssertionKey;
pub use rate_limit::settings::Limits;
pub use sms::{
    Accepted, AskedBy, Gateway, GatewayAuthentication, GatewayConfig, MessageState, Outbox, Retries, SendError,
    SmsMessage, SmsSender, Twilio, TwilioConfig, TwilioFrom, messages,
};
pub use store::{Pool, default_client_secret};
