//! The program through its real HTTP surface, the tenant included.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should fail where it stands"
)]

mod admission;
mod bad_input;
mod browser;
mod caching;
mod callback;
mod check;
mod clock;
mod codes;
mod commands;
mod connections;
mod fake_tenant;
mod field_cases;
mod flows;
mod hooks;
mod id_token;
mod ipv6;
mod languages;
mod last_login;
mod limits;
mod log;
mod logs;
mod nginx;
mod numbers;
mod own_client;
mod pages;
mod program;
mod proxy;
mod repeats;
mod sessions;
mod site;
mod sms;
mod strangers;
mod tabs;
mod telemetry;
mod tenant_trouble;
mod terms;
mod variables;
