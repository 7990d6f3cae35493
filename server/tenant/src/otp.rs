//! One-time codes by SMS: their rules, and the service that sends and redeems them.

pub(crate) mod breaker;
pub(crate) mod browser;
pub(crate) mod challenge;
pub(crate) mod code;
pub(crate) mod known_device;
pub(crate) mod language;
pub(crate) mod message;
pub(crate) mod proof_of_work;
pub(crate) mod repeat;
pub(crate) mod request;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod standard_text;
pub(crate) mod template;
