//! The way out to the tenant's own page and the way back: `/login/hosted` and `/callback`.

use super::{
    Auth, CurrentUser,
    authorization::{Authorization, PkceSupport},
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
use http::{StatusCode, header::CACHE_CONTROL};
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

async fn hosted(State(auth): State<Auth>, session: Session, Query(query): Query<Hosted>) -> Result<Redirect, ApiError> {
    let return_to = ReturnTo::parse(&query.return_to);
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
    let page = match complete(&auth, &session, answer).await? {
        Ok(return_to) => String::from(return_to),
        Err(refusal) => {
            tracing::warn!(?refusal, "a callback did not sign in");
            let mut pending = PendingLogin::of(&session).await?.unwrap_or_default();
            pending.refused(refusal);
            pending.keep(&session).await?;
            auth.config().login_path.clone()
        }
    };
    Ok(([(CACHE_CONTROL, "no-store")], Redirect::to(&page)).into_response())
}

async fn complete(auth: &Auth, session: &Session, answer: Answer) -> Result<Result<ReturnTo, Refusal>, ApiError> {
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
            CurrentUser::sign_in(session, claims, auth.now()).await?;
            Ok(Ok(authorization.return_to))
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
