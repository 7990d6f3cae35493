//! The sessions of a user, for a page that lists and ends them.

use super::{
    Auth, CurrentUser, Device, NotSignedIn, end_sessions::EndSessions, id_token_hint, session::Store,
    sign_out::sign_out_of, tokens, unavailable,
};
use async_trait::async_trait;
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{Extensions, StatusCode, request::Parts};
use leptos::prelude::use_context;
use serde_json::Value;
use std::{collections::HashMap, fmt, sync::Arc};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::task::JoinSet;
use tower_sessions::{
    Session, SessionStore,
    session::{self, Id},
    session_store,
};

/// A session store that can list the sessions of a user, for [`Setup::list_sessions`](super::Setup::list_sessions).
#[async_trait]
pub trait ListSessions: EndSessions {
    /// The name under which a session is listed. Who knows it, such as a reader of the page, must not learn the id from it: a hash
    /// of the id will do.
    fn name_of(&self, id: &Id) -> String;

    /// The sessions of a user that have not expired: the records of which [`current_user_of`](super::current_user_of) is the user.
    /// Other records of theirs may be among them.
    ///
    /// # Errors
    /// If the store failed.
    async fn all_of_user(&self, user_id: &str) -> session_store::Result<Vec<StoredSession>>;

    /// Ends the session of this name, if it is one of this user's.
    ///
    /// # Errors
    /// If the store failed.
    async fn end_by_name(&self, user_id: &str, name: &str) -> session_store::Result<()>;
}

/// A session as a store lists it.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its name, as of [`ListSessions::name_of`].
    pub name: String,
    /// Its data.
    pub data: HashMap<String, Value>,
}

/// Such a store.
#[derive(Clone)]
pub(super) struct SessionLister(pub(super) Arc<dyn ListSessions>);

impl fmt::Debug for SessionLister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionLister")
    }
}

/// The sessions of a user cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SessionListError {
    /// Nobody is signed in.
    #[error(transparent)]
    NotSignedIn(#[from] NotSignedIn),
    /// [`Setup::list_sessions`](super::Setup::list_sessions) was not called.
    #[error("the sessions are not listed here")]
    NotSetUp,
    /// The session store failed; the log has the reason.
    #[error("the sessions could not be read or ended")]
    Store,
}

impl IntoResponse for SessionListError {
    fn into_response(self) -> Response {
        match self {
            Self::NotSignedIn(nobody) => nobody.into_response(),
            Self::NotSetUp => (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response(),
            Self::Store => unavailable::later(self.to_string()),
        }
    }
}

impl From<session_store::Error> for SessionListError {
    fn from(error: session_store::Error) -> Self {
        tracing::error!(%error, "sessions could not be listed or ended");
        Self::Store
    }
}

impl From<session::Error> for SessionListError {
    fn from(error: session::Error) -> Self {
        tracing::error!(%error, "the session could not be ended");
        Self::Store
    }
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedSession {
    /// What [`SessionList::end`] takes.
    pub name: String,
    /// Where it began.
    pub device: Device,
    /// The time of the login.
    pub signed_in_at: OffsetDateTime,
    /// The last visit, exact to the hour or better.
    pub last_used_at: OffsetDateTime,
    /// Whether it is the session of the request.
    pub is_current: bool,
}

/// The sessions of the signed-in user. An extractor, and for pages [`use_session_list`].
///
/// ```
/// use leptos_passwordless::server::{SessionList, SessionListError};
///
/// async fn devices(sessions: SessionList) -> Result<String, SessionListError> {
///     let names = sessions.all().await?.into_iter().filter_map(|session| session.device.name());
///     Ok(names.collect::<Vec<_>>().join("\n"))
/// }
/// ```
#[derive(Clone)]
pub struct SessionList {
    auth: Auth,
    user_id: String,
    session: Session,
    store: Arc<dyn SessionStore>,
    lister: Arc<dyn ListSessions>,
}

impl fmt::Debug for SessionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionList").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// The sessions of the signed-in user, on the page that is being rendered or in a server function; `None` if nobody is signed in,
/// or [`Setup::list_sessions`](super::Setup::list_sessions) was not called.
pub fn use_session_list() -> Option<SessionList> {
    let user = super::use_current_user()?;
    SessionList::new(user, &use_context::<Parts>()?.extensions).ok()
}

impl<S: Sync> FromRequestParts<S> for SessionList {
    type Rejection = SessionListError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let user = CurrentUser::of_request(parts).await.ok_or(NotSignedIn)?;
        Self::new(user, &parts.extensions)
    }
}

impl SessionList {
    fn new(user: CurrentUser, extensions: &Extensions) -> Result<Self, SessionListError> {
        let found = (extensions.get(), extensions.get(), extensions.get(), extensions.get());
        let (Some(auth), Some(session), Some(Store(store)), Some(SessionLister(lister))) = found else {
            return Err(SessionListError::NotSetUp);
        };
        let (auth, session): (&Auth, &Session) = (auth, session);
        let (store, lister) = (Arc::clone(store), Arc::clone(lister));
        Ok(Self { auth: auth.clone(), user_id: user.user_id, session: session.clone(), store, lister })
    }

    /// All of them: that of the request first, then by their last visits.
    ///
    /// # Errors
    /// [`SessionListError::Store`] if the store failed.
    pub async fn all(&self) -> Result<Vec<ListedSession>, SessionListError> {
        let (own, now) = (self.own_name(), self.auth.now());
        let listed = |StoredSession { name, data }: StoredSession| {
            let user = super::current_user_of(&data).filter(|user| user.user_id == self.user_id)?;
            let is_current = own.as_ref() == Some(&name);
            let last_used_at = if is_current { now } else { user.seen_at() };
            let is_over = user.is_over(self.auth.config(), now);
            let device = Device::stored(&data);
            let signed_in_at = user.signed_in_at;
            (!is_over).then_some(ListedSession { name, device, signed_in_at, last_used_at, is_current })
        };
        let mut all: Vec<_> = self.stored().await?.into_iter().filter_map(listed).collect();
        all.sort_by_key(|session| (!session.is_current, std::cmp::Reverse(session.last_used_at)));
        Ok(all)
    }

    /// Ends the session of this name, with its tokens, and if possible the session at the tenant that it began with. A name of
    /// nothing is no error: the session may have ended meanwhile.
    ///
    /// # Errors
    /// [`SessionListError::Store`] if the store failed.
    pub async fn end(&self, name: &str) -> Result<(), SessionListError> {
        let Some(session) = self.stored().await?.into_iter().find(|session| session.name == name) else {
            return Ok(());
        };
        tokens::remove_of(&session.data, &self.store).await?;
        if let Some(sid) = super::sid_of(&session.data) {
            self.lister.end_by_sid(sid).await?;
        }
        if self.own_name().as_deref() == Some(name) {
            self.session.flush().await?;
        }
        self.lister.end_by_name(&self.user_id, name).await?;
        id_token_hint::end_at_tenant(&self.auth, &session.data).await;
        Ok(())
    }

    /// Ends all sessions of the user, also that of the request, and if possible those at the tenant that they began with.
    ///
    /// # Errors
    /// [`SessionListError::Store`] if the store failed.
    pub async fn end_all(&self) -> Result<(), SessionListError> {
        let all = self.stored().await?;
        self.session.flush().await?;
        self.lister.end_all_of_user(&self.user_id).await?;
        let mut at_tenant = JoinSet::new();
        for session in all {
            let auth = self.auth.clone();
            at_tenant.spawn(async move { id_token_hint::end_at_tenant(&auth, &session.data).await });
        }
        at_tenant.join_all().await;
        Ok(())
    }

    /// Where a form ends one session with POST, by its name in the field `session`.
    pub fn end_action(&self) -> String {
        let config = self.auth.config();
        config.visible(&config.paths.end_session)
    }

    /// Where a form ends all sessions with POST.
    pub fn end_all_action(&self) -> String {
        let config = self.auth.config();
        config.visible(&config.paths.end_all_sessions)
    }

    /// Ends all sessions; returns where the browser goes next.
    pub(super) async fn sign_out_everywhere(&self) -> Result<String, SessionListError> {
        let next = sign_out_of(&self.auth, &self.session, &self.store).await?;
        self.end_all().await?;
        Ok(next)
    }

    /// Ends one session; if it is that of the request, returns where the browser goes next.
    pub(super) async fn sign_out(&self, name: &str) -> Result<Option<String>, SessionListError> {
        if self.own_name().as_deref() == Some(name) {
            return Ok(Some(sign_out_of(&self.auth, &self.session, &self.store).await?));
        }
        self.end(name).await?;
        Ok(None)
    }

    fn own_name(&self) -> Option<String> {
        self.session.id().map(|id| self.lister.name_of(&id))
    }

    async fn stored(&self) -> Result<Vec<StoredSession>, SessionListError> {
        Ok(self.lister.all_of_user(&self.user_id).await?)
    }
}
