//! Functions for operators, which work on the database while the tenant runs or not.

pub(crate) mod cleanup;
pub(crate) mod users;
