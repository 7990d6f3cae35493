//! An embedded, Auth0-compatible tenant for passwordless sign-in by SMS.
//!
//! [`build`] returns everything that it serves: Auth0's passwordless API, an OpenID Connect issuer, a login page, which a
//! [`LoginPage`] renders, and, where no SMS provider is configured, the outbox that shows the messages to a developer.

mod admin;
mod audit;
mod back_channel;
mod build;
mod clock;
mod config;
mod endpoints;
mod entropy;
mod error;
#[cfg(test)]
mod fuzz;
mod hosted_login;
mod http;
mod keys;
mod login_page;
mod login_sends;
mod measure;
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
    cleanup::{cleanup, cleanup_once},
    export::{ExportError, PersonalData, export_users, personal_data},
    export_format::LineError,
    import::{ImportError, Imported, import_users},
    keys::{KeyInfo, KeyState, OtpKeyInfo, otp_keys, rotate_otp_key, rotate_signing_keys, signing_keys},
    logs::logs,
    messages::messages,
    users::{UserRecord, block_users, delete_users, find_users, list_users, unblock_users},
};
pub use audit::event::LogEntry;
pub use back_channel::BackChannel;
pub use build::{Settings, Tenant, build};
pub use clock::{Clock, SystemClock};
pub use config::{AppType, AuthMethod, Budget, Client, ConfigError, Connection, SenderConfig, TenantConfig, Weakness};
pub use entropy::{Entropy, SystemEntropy};
pub use error::{BuildError, StoreError};
pub use keys::{operator_keys::OperatorKeys, signing_algorithm::SigningAlgorithm};
pub use login_page::{
    Branding, Frame, LoginAnswer, LoginNotice, LoginPage, LoginScreen, LoginView, PageNotice, PhoneForm, ReadNumber,
    RenderError, SentCode,
};
pub use measure::describe_metrics;
pub use oauth::assertion_key::AssertionKey;
pub use rate_limit::settings::{Limits, ProofOfWork};
pub use sms::{GatewayAuthentication, GatewayConfig, MessageState, Retries, Sms, TwilioConfig, TwilioFrom};
pub use store::{Connections, Pool, Taken, default_client_secret, migrations};
