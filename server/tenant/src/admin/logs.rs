//! The audit log, for operators.

use crate::{
    audit::event::LogEntry,
    error::StoreError,
    store::{Pool, Store},
};

/// The newest entries of the audit log, newest first.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn logs(pool: &Pool, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
    Store::new(pool.clone()).logs(limit).await
}
