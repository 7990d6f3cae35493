//! Limits on codes sent and on codes tried.

pub(crate) mod attempt;
pub(crate) mod backoff;
pub(crate) mod bucket;
pub(crate) mod budget;
pub(crate) mod conversion;
pub(crate) mod gcra;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod timing_guard;
