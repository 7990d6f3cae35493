//! Functions for operators: they work on the database, whether the tenant runs or not.

pub(crate) mod cleanup;
pub(crate) mod export;
pub(crate) mod export_format;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod messages;
pub(crate) mod users;
