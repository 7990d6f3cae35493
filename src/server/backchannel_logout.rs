//! `POST /backchannel-logout`: the tenant says that sessions have ended (OpenID Connect Back-Channel Logout 1.0).

use super::{
    Auth,
    end_sessions::SessionEnder,
    logout_token::{Ended, LogoutTokenError},
};
use axum::{
    Form, Json, Router,
    extract::{State, rejection::FormRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL};
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

/// Section 2.5.
#[derive(Deserialize)]
struct Request {
    logout_token: String,
}

/// No session was ended.
#[derive(Debug, Error)]
enum Failure {
    #[error("there is no logout_token")]
    NoToken,
    #[error("the logout token was refused: {0}")]
    Token(#[from] LogoutTokenError),
    #[error("the sessions could not be ended")]
    Store,
}

pub(super) fn routes(auth: Auth, ender: SessionEnder) -> Router {
    let path = auth.config().paths.backchannel_logout.clone();
    Router::new().route(&path, post(log_out)).with_state((auth, ender))
}

/// Section 2.8: 200, or 400 with an error for those who look into it.
async fn log_out(
    State((auth, ender)): State<(Auth, SessionEnder)>,
    request: Result<Form<Request>, FormRejection>,
) -> Response {
    let mut response = match end(&auth, &ender, request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(failure) => {
            tracing::warn!(error = %failure, "a back-channel logout was refused");
            let body = json!({ "error": "invalid_request", "error_description": failure.to_string() });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn end(
    auth: &Auth,
    SessionEnder(ender): &SessionEnder,
    request: Result<Form<Request>, FormRejection>,
) -> Result<(), Failure> {
    let Form(Request { logout_token }) = request.map_err(|_| Failure::NoToken)?;
    let token = auth.logout_tokens().check(&logout_token).await?;
    let result = match &token.ended {
        Ended::Session(sid) => ender.end_by_sid(sid).await,
        Ended::User(user_id) => ender.end_all_of_user(user_id).await,
    };
    result.map_err(|error| {
        tracing::error!(%error, "sessions could not be ended");
        auth.logout_tokens().forget(&token);
        Failure::Store
    })
}
