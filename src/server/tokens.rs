//! The tokens of a signed-in user, and a fresh access token.
//!
//! They are sealed in a record of their own in the session store. A session is stored as a whole by each request that
//! changes it, and would bring back a refresh token that another request has had replaced.

use super::{
    Auth, AuthConfig,
    measure::{self, Ended},
    seal,
    token_set::TokenSet,
    turns::to_the_end,
    unavailable,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::HashMap, fmt, sync::Arc};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    Session, SessionStore,
    session::{self, Id, Record},
    session_store,
};

/// In the record of the tokens.
pub(super) const KEY: &str = "passwordless.tokens";
/// In the session: the name of that record.
const NAME: &str = "passwordless.tokens_name";
/// An access token is refreshed this long before it expires, so that it is still valid when it arrives.
const LEEWAY: Duration = Duration::minutes(1);

/// There is no access token; see [`CurrentUser::access_token`](super::CurrentUser::access_token).
///
/// As a response: 401 where another login helps, 503 where the tenant or the session store is to blame, otherwise 500.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The session has ended: the user signed out, or the tenant does not accept their refresh token any more.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The login brought no token: neither [`AuthConfig::audience`] nor the scope `offline_access` was set.
    #[error("the login brought no access token")]
    NoToken,
    /// The access token has expired, and there is no refresh token; the session continues.
    #[error("the access token has expired, and the scope offline_access was not granted")]
    Expired,
    /// The tenant does not respond, or not in its protocol; the session continues. Try again later.
    #[error("the tenant cannot refresh the access token now")]
    TenantUnavailable,
    /// The session store failed; the log has the reason.
    #[error("the tokens could not be read or stored")]
    Store,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotSignedIn | Self::Expired => StatusCode::UNAUTHORIZED,
            Self::TenantUnavailable | Self::Store => return unavailable::later(self.to_string()),
            Self::NoToken => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}

impl From<session::Error> for TokenError {
    fn from(error: session::Error) -> Self {
        tracing::error!(%error, "the session could not be read");
        Self::Store
    }
}

impl From<session_store::Error> for TokenError {
    fn from(error: session_store::Error) -> Self {
        tracing::error!(%error, "tokens could not be read or stored");
        Self::Store
    }
}

impl AuthConfig {
    /// Whether the tokens of a login are for the app, and not only a by-product.
    pub(super) fn keeps_tokens(&self) -> bool {
        self.audience.is_some() || self.scope.split_whitespace().any(|scope| scope == "offline_access")
    }
}

/// The tokens in a session store.
#[derive(Clone)]
pub(super) struct TokenStore {
    auth: Auth,
    store: Arc<dyn SessionStore>,
}

/// What a store sees: whose they are, so that the tokens can be removed with the user's sessions.
#[derive(Serialize, Deserialize)]
struct Sealed {
    user_id: String,
    /// The session at the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    tokens: String,
}

/// [`TokenSet`], to be read.
#[derive(Deserialize)]
struct Opened {
    access_token: SecretString,
    expires_at: Option<OffsetDateTime>,
    refresh_token: Option<SecretString>,
}

impl TokenStore {
    pub(super) fn new(auth: &Auth, store: &Arc<dyn SessionStore>) -> Self {
        Self { auth: auth.clone(), store: Arc::clone(store) }
    }

    /// Stores the tokens of a login, for as long as a session can last; returns the name of their record.
    pub(super) async fn create(
        &self,
        user_id: &str,
        sid: Option<&str>,
        tokens: &TokenSet,
    ) -> Result<String, TokenError> {
        let expiry_date = self.auth.now() + self.auth.config().absolute();
        let mut record = Record { id: Id::default(), data: [].into(), expiry_date };
        let owner = (user_id, sid.map(str::to_owned));
        self.seal(&mut record, owner, tokens)?;
        self.store.create(&mut record).await?;
        Ok(record.id.to_string())
    }

    /// The tokens of a record; `None` if they have been removed.
    async fn load(&self, name: Id) -> Result<Option<Tokens>, TokenError> {
        let Some(record) = self.store.load(&name).await? else { return Ok(None) };
        let sealed = record.data.get(KEY).and_then(|value| Sealed::deserialize(value).ok());
        let opened = sealed.and_then(|Sealed { user_id, sid, tokens }| {
            let text = seal::open(self.auth.config(), &aad(&user_id), &tokens)?;
            Some((user_id, sid, serde_json::from_slice::<Opened>(&text).ok()?))
        });
        let Some((user_id, sid, Opened { access_token, expires_at, refresh_token })) = opened else {
            tracing::warn!("tokens cannot be decrypted: was the client secret changed?");
            return Err(TokenError::Expired);
        };
        Ok(Some(Tokens { record, user_id, sid, set: TokenSet { access_token, expires_at, refresh_token } }))
    }

    fn seal(
        &self,
        record: &mut Record,
        (user_id, sid): (&str, Option<String>),
        tokens: &TokenSet,
    ) -> Result<(), TokenError> {
        let text = json!({
            "access_token": tokens.access_token.expose_secret(),
            "expires_at": tokens.expires_at,
            "refresh_token": tokens.refresh_token.as_ref().map(ExposeSecret::expose_secret),
        });
        let tokens = seal::seal(self.auth.config(), &aad(user_id), text.to_string().as_bytes());
        let sealed = tokens.map_err(|_| {
            tracing::error!("tokens could not be encrypted");
            TokenError::Store
        })?;
        record.data.insert(KEY.to_owned(), json!(Sealed { user_id: user_id.to_owned(), sid, tokens: sealed }));
        Ok(())
    }
}

/// Tokens of one user are no other user's.
fn aad(user_id: &str) -> String {
    [KEY, " ", user_id].concat()
}

/// The tokens of a record.
struct Tokens {
    record: Record,
    user_id: String,
    sid: Option<String>,
    set: TokenSet,
}

impl Tokens {
    /// The access token, if it is valid for a while.
    fn fresh(&self, now: OffsetDateTime) -> Option<SecretString> {
        let is_fresh = self.set.expires_at.is_none_or(|at| at - LEEWAY > now);
        is_fresh.then(|| self.set.access_token.clone())
    }
}

/// Where the tokens of a request's user are.
#[derive(Clone)]
pub(super) struct TokenSource {
    tokens: TokenStore,
    session: Session,
}

/// Two users are the same wherever their tokens are; `Debug` shows nothing of them.
impl PartialEq for TokenSource {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TokenSource {}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource")
    }
}

impl TokenSource {
    pub(super) fn new(auth: &Auth, store: &Arc<dyn SessionStore>, session: &Session) -> Self {
        Self { tokens: TokenStore::new(auth, store), session: session.clone() }
    }

    /// An access token that is valid for a minute at least.
    pub(super) async fn access_token(&self) -> Result<SecretString, TokenError> {
        let Some(name) = name_in(&self.session).await? else {
            let has_ended = self.session.is_empty().await;
            return Err(if has_ended { TokenError::NotSignedIn } else { TokenError::NoToken });
        };
        let Some(tokens) = self.tokens.load(name).await? else { return Err(self.end(name).await) };
        if let Some(token) = tokens.fresh(self.tokens.auth.now()) {
            return Ok(token);
        }
        let source = self.clone();
        let refreshed = to_the_end(async move { source.refresh(name).await }).await;
        refreshed.map_err(|_| TokenError::Store)?
    }

    /// Refreshes the access token, one request of a session at a time.
    async fn refresh(&self, name: Id) -> Result<SecretString, TokenError> {
        let TokenStore { auth, store } = &self.tokens;
        let _turn = auth.turns().take(&name.to_string()).await;
        // A parallel request may have refreshed it, or ended the session.
        let Some(mut tokens) = self.tokens.load(name).await? else { return Err(self.end(name).await) };
        if let Some(token) = tokens.fresh(auth.now()) {
            return Ok(token);
        }
        let Some(refresh_token) = tokens.set.refresh_token.take() else { return Err(TokenError::Expired) };
        match auth.tenant().refresh(&refresh_token).await {
            Ok(refreshed) => {
                // A tenant that does not rotate refresh tokens sends none.
                let refresh_token = refreshed.refresh_token.or(Some(refresh_token));
                let set = TokenSet { refresh_token, ..refreshed };
                self.tokens.seal(&mut tokens.record, (&tokens.user_id, tokens.sid.take()), &set)?;
                store.save(&tokens.record).await?;
                Ok(set.access_token)
            }
            Err(error) if error.ends_session() => {
                // Another instance of the app may have been faster.
                if let Some(token) = self.tokens.load(name).await?.and_then(|tokens| tokens.fresh(auth.now())) {
                    return Ok(token);
                }
                tracing::warn!(%error, user_id = tokens.user_id, "a refresh token was refused: the session ends");
                Err(self.end(name).await)
            }
            Err(error) => {
                tracing::warn!(%error, "an access token was not refreshed");
                Err(TokenError::TenantUnavailable)
            }
        }
    }

    /// Ends the session.
    async fn end(&self, name: Id) -> TokenError {
        let ended = async {
            self.session.flush().await?;
            measure::session_ended(Ended::Refused);
            Ok::<_, TokenError>(self.tokens.store.delete(&name).await?)
        };
        ended.await.err().unwrap_or(TokenError::NotSignedIn)
    }
}

/// Notes in a session where its tokens are.
pub(super) async fn set_name(session: &Session, name: &str) -> Result<(), session::Error> {
    session.insert(NAME, name).await
}

async fn name_in(session: &Session) -> Result<Option<Id>, session::Error> {
    Ok(session.get::<String>(NAME).await?.and_then(|name| name.parse().ok()))
}

/// Removes the tokens of a session that ends. If that fails, they expire.
pub(super) async fn remove(session: &Session, store: &Arc<dyn SessionStore>) -> Result<(), session::Error> {
    if let Some(name) = name_in(session).await? {
        store.delete(&name).await?;
    }
    Ok(())
}

/// The same for a session with these data.
pub(super) async fn remove_of(
    data: &HashMap<String, Value>,
    store: &Arc<dyn SessionStore>,
) -> Result<(), session_store::Error> {
    match data.get(NAME).and_then(Value::as_str).and_then(|name| name.parse().ok()) {
        Some(name) => store.delete(&name).await,
        None => Ok(()),
    }
}
