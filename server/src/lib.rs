//! The program `passwordless`: the reference application and the embedded tenant, put together.

mod app_router;
pub mod config;
mod database;
mod health;
mod security_headers;
mod session_store;
pub mod startup;
pub mod telemetry;
mod tenant_settings;
