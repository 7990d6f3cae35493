//! Session stores that can end sessions by whose they are.

use async_trait::async_trait;
use std::{fmt, sync::Arc};
use tower_sessions::session_store;

/// A session store that can end sessions by whose they are, for
/// [`Setup::end_sessions`](super::Setup::end_sessions). It ends all records of a user, also those beside a session, such as its
/// tokens: [`user_id_of`](super::user_id_of) and [`sid_of`](super::sid_of) say whose a record is, and belong in columns with an
/// index.
///
/// ```
/// use async_trait::async_trait;
/// use leptos_passwordless::server::{EndSessions, sid_of, user_id_of};
/// use std::{collections::HashMap, sync::{Arc, Mutex}};
/// use tower_sessions::{session::{Id, Record}, session_store::Result};
///
/// #[derive(Clone, Default)]
/// struct InMemory(Arc<Mutex<HashMap<Id, Record>>>);
///
/// #[async_trait]
/// impl EndSessions for InMemory {
///     async fn end_all_of_user(&self, user_id: &str) -> Result<()> {
///         self.0.lock().unwrap().retain(|_, record| user_id_of(&record.data) != Some(user_id));
///         Ok(())
///     }
///
///     async fn end_by_sid(&self, sid: &str) -> Result<()> {
///         self.0.lock().unwrap().retain(|_, record| sid_of(&record.data) != Some(sid));
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait EndSessions: Send + Sync + 'static {
    /// Ends all sessions of a user, by the user id at the tenant.
    ///
    /// # Errors
    /// If the store failed.
    async fn end_all_of_user(&self, user_id: &str) -> session_store::Result<()>;

    /// Ends the sessions that began with this session at the tenant (`sid`).
    ///
    /// # Errors
    /// If the store failed.
    async fn end_by_sid(&self, sid: &str) -> session_store::Result<()>;
}

/// Such a store.
#[derive(Clone)]
pub(super) struct SessionEnder(pub(super) Arc<dyn EndSessions>);

impl fmt::Debug for SessionEnder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionEnder")
    }
}
