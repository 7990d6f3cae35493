//! The tenant that the tests run against, and the requests, keys and doubles that they share.

pub(crate) mod log;
mod tenant;

pub(crate) use tenant::*;
