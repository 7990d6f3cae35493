//! The delivery of messages, for operators.

use crate::{
    error::StoreError,
    sms::MessageState,
    store::{Pool, Store},
};

/// The newest messages that a provider accepted, newest first.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn messages(pool: &Pool, count: u32) -> Result<Vec<MessageState>, StoreError> {
    Store::new(pool.clone()).messages(count).await
}
