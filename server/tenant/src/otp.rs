//! One-time codes by SMS.

pub(crate) mod browser;
pub(crate) mod challenge;
pub(crate) mod known_device;
pub(crate) mod language;
pub(crate) mod message;
pub(crate) mod repeat;
pub(crate) mod service;
pub(crate) mod template;
