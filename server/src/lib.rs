//! The program `passwordless`: the reference application and the embedded tenant, put together.

mod app_router;
mod caching;
pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
mod database;
mod drain;
mod health;
mod login_page;
mod notify;
mod observed;
mod open_files;
mod own_client;
mod phase;
mod prometheus;
mod request_id;
mod sample;
mod security_headers;
mod serve;
mod session_store;
mod site;
pub mod startup;
pub mod telemetry;
mod tenant_router;
mod tenant_settings;
