//! The signed-in user.

use super::{
    Auth, AuthConfig,
    id_token::Claims,
    login_page::login_url,
    measure::{self, Ended},
    pending_login::PendingLogin,
    personal,
    return_to::ReturnTo,
    session::Store,
    terms::Consent,
    tokens::{TokenError, TokenSource},
    unavailable::StoreFailed,
    visible_path::visible,
};
use crate::User;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts, Request},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{
    Extensions, HeaderMap, Method, StatusCode,
    header::{ACCEPT, REFERER},
    request::Parts,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;
use time::OffsetDateTime;
use tower_sessions::{Session, session};

pub(super) const KEY: &str = "passwordless.user";
/// Longest name, in characters.
const MAX_NAME: usize = 256;

/// The signed-in user; as an extractor it rejects requests without one, as `Option<CurrentUser>` it does not.
///
/// ```
/// use leptos_passwordless::server::CurrentUser;
///
/// async fn greet(user: CurrentUser) -> String {
///     format!("Hello, {}", user.name)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// The user id at the tenant (`sub`): `sms|` and 24 hex digits.
    pub user_id: String,
    /// The name; at Auth0 the phone number, until the user gets another.
    pub name: String,
    /// The phone number, if the scope `phone` was granted.
    pub phone_number: Option<String>,
    /// Where the tokens are, in a request.
    #[serde(skip)]
    tokens: Option<TokenSource>,
    /// Of the app's `on_sign_in`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    data: Value,
    /// The time of the login. The session ends [`AuthConfig::session_absolute`](super::AuthConfig::session_absolute) later, or after
    /// [`AuthConfig::session_idle`](super::AuthConfig::session_idle) without a visit.
    pub signed_in_at: OffsetDateTime,
    /// The terms that the user accepted during the login, if they were required.
    pub consent: Option<Consent>,
    seen_at: OffsetDateTime,
    /// The session at the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<String>,
    /// Whether the browser went through the tenant, which then has a session as well.
    #[serde(default = "yes")]
    pub(super) is_known_to_tenant: bool,
}

/// For sessions that began before there was this member.
fn yes() -> bool {
    true
}

/// No user is signed in; as a response, 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("nobody is signed in")]
pub struct NotSignedIn;

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        (StatusCode::UNAUTHORIZED, self.to_string()).into_response()
    }
}

impl CurrentUser {
    pub(super) fn new(claims: Claims, login: &PendingLogin, now: OffsetDateTime) -> Self {
        let consent = login.consent.clone();
        if let Some(Consent { version, .. }) = &consent {
            tracing::info!(user_id = claims.sub, version, "the terms were accepted");
        }
        let name = claims.name.or_else(|| claims.phone_number.clone()).unwrap_or_else(|| claims.sub.clone());
        Self {
            user_id: claims.sub,
            name: name.chars().take(MAX_NAME).collect(),
            phone_number: claims.phone_number,
            tokens: None,
            data: Value::Null,
            signed_in_at: now,
            consent,
            seen_at: now,
            sid: claims.sid,
            is_known_to_tenant: login.authorization().is_some(),
        }
    }

    pub(super) fn with_data(self, data: Value) -> Self {
        Self { data, ..self }
    }

    /// The data that [`ServerHooks::on_sign_in`](super::ServerHooks::on_sign_in) returned when the user signed in. `None` if
    /// there was no such hook, or if the data are of another type, as those of an earlier version of the app may be.
    pub fn data<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.data).ok()
    }

    /// A fresh access token: for the API of [`AuthConfig::audience`](super::AuthConfig::audience), or without one for the
    /// tenant's `/userinfo`. It is stored, encrypted, on the server if an audience is set or the scope contains
    /// `offline_access`; the browser never gets it.
    ///
    /// With `offline_access`, a token that expires within a minute is refreshed, once for all parallel requests. If the
    /// tenant refuses that, because the user is blocked or the refresh token was revoked, the session ends.
    ///
    /// ```
    /// use leptos_passwordless::server::{CurrentUser, ExposeSecret, TokenError};
    ///
    /// async fn orders(user: CurrentUser) -> Result<String, TokenError> {
    ///     let token = user.access_token().await?;
    ///     let header = format!("Bearer {}", token.expose_secret());
    ///     # let _ = header;
    ///     // …
    ///     Ok("no orders yet".to_owned())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`TokenError`], which is a response too. A user that does not come from an extractor or from
    /// [`use_current_user`](super::use_current_user) counts as not signed in.
    pub async fn access_token(&self) -> Result<SecretString, TokenError> {
        match &self.tokens {
            Some(source) => source.access_token().await,
            None => Err(TokenError::NotSignedIn),
        }
    }

    /// The same with access to the tokens of the request.
    pub(super) fn in_request(self, extensions: &Extensions) -> Self {
        let parts = (extensions.get::<Auth>(), extensions.get::<Store>(), extensions.get::<Session>());
        let (Some(auth), Some(Store(store)), Some(session)) = parts else { return self };
        Self { tokens: Some(TokenSource::new(auth, store, session)), ..self }
    }

    /// Signs in: with a new session id and an empty session, against session fixation.
    pub(super) async fn sign_in(&self, session: &Session) -> Result<(), session::Error> {
        let is_replaced = session.get_value(KEY).await?.is_some();
        session.clear().await;
        // A new one has no id yet, and nothing to delete under it.
        if session.id().is_some() {
            session.cycle_id().await?;
        }
        session.insert(KEY, self).await?;
        if is_replaced {
            measure::session_ended(Ended::Replaced);
        }
        measure::session_created();
        Ok(())
    }

    /// The user of a session that has not expired; a visit extends it.
    pub(super) async fn of(session: &Session, auth: &Auth) -> Result<Option<Self>, session::Error> {
        let Some(mut user) = session.get::<Self>(KEY).await? else { return Ok(None) };
        let now = auth.now();
        if user.is_over(auth.config(), now) {
            session.flush().await?;
            measure::session_ended(Ended::Expired);
            return Ok(None);
        }
        if now - user.seen_at >= auth.config().roll_after() {
            user.seen_at = now;
            session.insert(KEY, &user).await?;
        }
        Ok(Some(user))
    }

    /// Whether the session has expired.
    pub(super) fn is_over(&self, config: &AuthConfig, now: OffsetDateTime) -> bool {
        now - self.signed_in_at >= config.absolute() || now - self.seen_at >= config.idle()
    }

    /// The last visit that extended the session.
    pub(super) fn seen_at(&self) -> OffsetDateTime {
        self.seen_at
    }

    /// As the browser knows them.
    pub(super) fn public(&self) -> User {
        User::new(self.user_id.clone(), self.name.clone(), self.phone_number.clone())
    }

    /// The user of a request, whose response then depends on its browser.
    pub(super) async fn of_request(parts: &Parts) -> Option<Self> {
        personal::mark(parts);
        let (auth, session) = (parts.extensions.get::<Auth>()?, parts.extensions.get::<Session>()?);
        let user = Self::of(session, auth).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the session could not be read");
            None
        });
        Some(user?.in_request(&parts.extensions))
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Self::of_request(parts).await.ok_or(NotSignedIn)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(Self::of_request(parts).await)
    }
}

/// Middleware for routes that require a login: without one, pages redirect to the login page, which returns to them, or
/// for a submitted form to the page it was on; requests that do not accept HTML get 401.
///
/// ```
/// use axum::{Router, middleware::from_fn, routing::get};
/// use leptos_passwordless::server::require_login;
///
/// let account: Router = Router::new()
///     .route("/account", get(|| async { "only for you" }))
///     .route_layer(from_fn(require_login));
/// ```
pub async fn require_login(user: Option<CurrentUser>, request: Request, next: Next) -> Response {
    if user.is_some() {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    if let Some(failed) = parts.extensions.get::<StoreFailed>() {
        return failed.into_response();
    }
    match parts.extensions.get::<Auth>() {
        Some(auth) if is_seen(&parts) => {
            let config = auth.config();
            Redirect::to(&login_url(&config.login_page(), page_of(config, &parts).as_str())).into_response()
        }
        _ => NotSignedIn.into_response(),
    }
}

fn is_seen(parts: &Parts) -> bool {
    let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The page itself, or the one that a submitted form was on.
fn page_of(config: &AuthConfig, parts: &Parts) -> ReturnTo {
    if parts.method == Method::GET {
        return config.return_to(&visible(config, parts));
    }
    page_of_form(config, &parts.headers)
}

/// The page that a submitted form was on.
pub(super) fn page_of_form(config: &AuthConfig, headers: &HeaderMap) -> ReturnTo {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    referer.and_then(|page| config.path_of(page)).unwrap_or_else(|| config.home())
}
