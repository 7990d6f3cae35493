//! The forms that end sessions of the user: `POST /logout/session` and `POST /logout/everywhere`.

use super::{
    Auth,
    current_user::page_of_form,
    session_list::{SessionList, SessionListError},
};
use axum::{
    Form, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use http::HeaderMap;
use serde::Deserialize;

#[derive(Deserialize)]
struct Named {
    session: String,
}

pub(super) fn routes(auth: Auth) -> Router {
    let (paths, routes) = (&auth.config().paths, Router::new());
    routes.route(&paths.end_session, post(one)).route(&paths.end_all_sessions, post(all)).with_state(auth)
}

/// Back to the page with the form, which asks those to log in who have signed themselves out.
async fn one(
    State(auth): State<Auth>,
    sessions: Result<SessionList, SessionListError>,
    headers: HeaderMap,
    Form(Named { session }): Form<Named>,
) -> Result<Response, SessionListError> {
    let next = match sessions {
        Ok(sessions) => sessions.sign_out(&session).await?,
        Err(SessionListError::NotSignedIn(_)) => None,
        Err(error) => return Err(error),
    };
    let next = next.unwrap_or_else(|| page_of_form(auth.config(), &headers).into());
    Ok(Redirect::to(&next).into_response())
}

async fn all(
    State(auth): State<Auth>,
    sessions: Result<SessionList, SessionListError>,
    headers: HeaderMap,
) -> Result<Response, SessionListError> {
    let next = match sessions {
        Ok(sessions) => sessions.sign_out_everywhere().await?,
        Err(SessionListError::NotSignedIn(_)) => page_of_form(auth.config(), &headers).into(),
        Err(error) => return Err(error),
    };
    Ok(Redirect::to(&next).into_response())
}
