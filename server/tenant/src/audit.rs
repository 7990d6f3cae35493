//! The audit log.

pub(crate) mod event;
pub(crate) mod log;
