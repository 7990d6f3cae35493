//! The program through its real HTTP surface, the tenant included.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod admission;
mod backchannel_logout;
mod bad_input;
mod caching;
mod callback;
mod check;
mod codes;
mod commands;
mod connections;
mod deploy;
mod faults;
mod field_cases;
mod flows;
mod home;
mod hooks;
mod id_token;
mod ipv6;
mod languages;
mod large_bodies;
mod last_login;
mod limits;
mod login_page;
mod logs;
mod metrics;
mod migrations;
mod nginx;
mod numbers;
mod own_client;
mod pages;
mod proof_of_work;
mod proxy;
mod query_plans;
mod repeats;
mod request_ids;
mod sample;
mod secret_files;
mod session_list;
mod sessions;
mod setup;
mod several_instances;
mod shutdown;
mod sign_in;
mod sms;
mod strangers;
mod support;
mod tabs;
mod telemetry;
mod tenant_trouble;
mod terms;
mod tokens;
#[cfg(feature = "otel")]
mod traces;
mod user_transfer;
mod variables;
