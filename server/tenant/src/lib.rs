//! An embedded, Auth0-compatible tenant for passwordless sign-in by SMS.
//!
//! [`router`] returns everything that it serves: Auth0's passwordless API, an OpenID Connect issuer, a plain login page
//! and, where no SMS provider is configured, the outbox that shows the messages to a developer.

mod address;
mod attempt_limits;
mod audit;
mod body;
mod client_assertion;
mod client_auth;
mod clock;
mod config;
mod cookies;
mod entropy;
mod error;
#[cfg(test)]
mod fuzz;
mod hosted;
mod layers;
mod limits;
mod lock_assets;
mod oauth;
mod own_keys;
mod pages;
mod passwordless;
mod people;
mod phone_number;
mod routes;
mod seal;
mod send_pace;
mod send_times;
mod senders;
mod sms;
mod start_limits;
mod store;
mod sweep;
mod tenant;
mod typed;

pub use audit::{LogEntry, logs};
pub use client_assertion::AssertionKey;
pub use clock::{Clock, SystemClock};
pub use config::{AppType, AuthMethod, Client, ConfigError, Connection, SenderConfig, TenantConfig, Weakness};
pub use entropy::{Entropy, SystemEntropy};
pub use error::{BuildError, StoreError};
pub use limits::Limits;
pub use oauth::keyring::{KeyInfo, KeyState, rotate_signing_keys, signing_keys};
pub use own_keys::OwnKeys;
pub use passwordless::code_keys::{CodeKeyInfo, code_keys, rotate_code_key};
pub use people::{Person, block_people, delete_people, find_people, people, unblock_people};
pub use sms::{
    Accepted, AskedBy, Gateway, GatewayAuthentication, GatewayConfig, MessageState, Outbox, Retries, SendError,
    SmsMessage, SmsSender, Twilio, TwilioConfig, TwilioFrom, messages,
};
pub use store::{Pool, default_client_secret};
pub use sweep::{sweep, sweep_once};
pub use tenant::{Settings, Sms, router};
