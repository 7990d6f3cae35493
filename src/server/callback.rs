//! The way out to the tenant's own page and the way back: `/login/hosted` and `/callback`.

use super::{
    Auth, CurrentUser,
    authorization::{Authorization, PkceSupport},
    current_user::login_url,
    last_login,
    pending_login::PendingLogin,
    return_to::ReturnTo,
    tenant_client::code_refusal,
};
use crate::api::{ApiError, Refusal};
use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE},
};
use serde::Deserialize;
use tower_sessions::Session;

pub(super) fn routes(auth: Auth) -> Router {
    Router::new().route("/login/hosted", get(hosted)).route("/callback", get(callback)).with_state(auth)
}

#[derive(Deserialize)]
struct Hosted {
    #[serde(default)]
    return_to: String,
}

/// The tenant's own page knows nothing of this app's terms: who has to accept them does so first, in the dialog.
async fn hosted(State(auth): State<Auth>, session: Session, Query(query): Query<Hosted>) -> Result<Redirect, ApiError> {
    let return_to = ReturnTo::parse(&query.return_to);
    let mut pending = PendingLogin::of(&session).await?.unwrap_or_default();
    if let Err(refusal) = auth.config().allows(pending.consent.as_ref()) {
        pending.number_refused(refusal);
        pending.keep(&session).await?;
        return Ok(Redirect::to(&login_url(&auth.config().login_path, return_to.as_str())));
    }
    let authorization = Authorization::begin(PkceSupport::S256, return_to, auth.now())?;
    let url = auth.tenant().authorize_url(&authorization);
    authorization.keep(&session).await?;
    Ok(Redirect::to(url.as_str()))
}

/// RFC 6749, sections 4.1.2 and 4.1.2.1; `attempts_left` is our tenant's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    state: String,
    code: Option<String>,
    error: Option<String>,
    error_description: String,
    attempts_left: Option<u32>,
}

/// Ends on the page that the login began on, or on the login page, which says what happened.
async fn callback(
    State(auth): State<Auth>,
    session: Session,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Result<Response, ApiError> {
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let mut headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
    let page = match complete(&auth, &session, answer).await? {
        Ok((return_to, cookie)) => {
            headers.extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
            String::from(return_to)
        }
        Err(refusal) => {
            tracing::warn!(?refusal, "a callback did not sign in");
            let mut pending = PendingLogin::of(&session).await?.unwrap_or_default();
            pending.refused(refusal);
            pending.keep(&session).await?;
            auth.config().login_path.clone()
        }
    };
    Ok((headers, Redirect::to(&page)).into_response())
}

/// Where to go on, and the cookie that remembers the number.
type Completed = (ReturnTo, Option<HeaderValue>);

async fn complete(auth: &Auth, session: &Session, answer: Answer) -> Result<Result<Completed, Refusal>, ApiError> {
    let Some(authorization) = Authorization::take(session, &answer.state, auth.now()).await? else {
        return Ok(Err(Refusal::NoPendingLogin));
    };
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        let error = answer.error.unwrap_or_default();
        return Ok(Err(code_refusal(&error, &answer.error_description, answer.attempts_left)));
    };
    let tokens = match auth.tenant().redeem_authorization_code(&code, &authorization).await {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::warn!(%error, "an authorization code was not exchanged");
            return Ok(Err(exchange_refusal(error.into())));
        }
    };
    match auth.id_tokens().check(&tokens.id_token, Some(&authorization.nonce)).await {
        Ok(claims) => {
            let cookie = last_login::remember(auth.config(), claims.phone_number.as_deref());
            let consent = PendingLogin::of(session).await?.and_then(|pending| pending.consent);
            CurrentUser::sign_in(session, claims, consent, auth.now()).await?;
            Ok(Ok((authorization.return_to, cookie)))
        }
        Err(error) => {
            tracing::warn!(%error, "an ID token was not accepted");
            Ok(Err(Refusal::LoginNotVerified))
        }
    }
}

/// At the exchange, a code that is refused is an authorization code: the login as a whole failed.
fn exchange_refusal(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::WrongCode { .. } | Refusal::CodeExpired => Refusal::TenantRefused,
        other => other,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}
