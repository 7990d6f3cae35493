//! The routes to the tenant's own page and back: `/login/hosted` and `/callback`.

use super::{
    Auth, CurrentUser, address,
    admission::{Admitted, Arrival},
    authorization_request::PkceSupport,
    extra_fields::ExtraFields,
    finish_login::finish_login,
    login_page::{login_url, refusal_query, with_login},
    logins::Logins,
    oauth_secrets::State as LoginState,
    page_context,
    pending_login::{PendingLogin, Refused},
    repeats::{Outcome, Repeats},
    request_context::client_ip,
    session::Store,
    tenant_error::ErrorBody,
    turns::to_the_end,
};
use crate::outcome::{ApiError, Refusal};
use axum::{
    Extension, Router,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE},
    request::Parts,
};
use serde::Deserialize;
use std::net::IpAddr;
use tower_sessions::Session;

/// HEAD, which link previews send, does nothing.
pub(super) fn routes(auth: Auth) -> Router {
    let (config, routes) = (auth.config(), Router::new());
    let routes = routes.route(&config.paths.callback, get(callback).head(nothing));
    let routes =
        if config.hosted_login { routes.route(&config.paths.hosted_login, get(hosted).head(nothing)) } else { routes };
    routes.with_state(auth)
}

async fn nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Hosted {
    #[serde(default)]
    return_to: String,
}

/// The tenant's own page does not know this app's terms: they are accepted first, in the dialog.
async fn hosted(
    State(auth): State<Auth>,
    session: Session,
    headers: HeaderMap,
    Query(query): Query<Hosted>,
) -> Result<Response, ApiError> {
    if is_ahead_of_a_click(&headers) {
        return Ok(nothing().await.into_response());
    }
    let return_to = auth.config().return_to(&query.return_to);
    // The session at the tenant may be another user's: it must not replace a user who has not logged out.
    if CurrentUser::of(&session, &auth).await?.is_some() {
        return Ok(redirect(return_to.as_str(), []));
    }
    let config = auth.config();
    if is_of_another_site(&headers) {
        return Ok(redirect(&login_url(&config.login_page(), return_to.as_str()), []));
    }
    let logins = Logins::of(config, &headers, auth.now());
    let mut login = PendingLogin::begin(return_to, auth.now())?;
    login.consent = logins.newest(None).and_then(|newest| newest.consent);
    let may_go_on = config.check_consent(login.consent.as_ref()).and_then(|()| {
        if address::is_foreign_link(config, &headers) { Err(Refusal::WrongAddress(config.address())) } else { Ok(()) }
    });
    let page = match may_go_on {
        Ok(()) => {
            let language = page_context::language(config, &headers);
            String::from(auth.tenant().authorize_url(&login.authorize(PkceSupport::S256), language))
        }
        Err(refusal) => {
            login.refused(refusal);
            with_login(&login_url(&config.login_page(), login.return_to.as_str()), &login.id)
        }
    };
    Ok(redirect(&page, logins.keep(&login)))
}

/// Prefetches of links must not start a login.
fn is_ahead_of_a_click(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| says(name).contains("pre"))
}

/// Whether another site sent the browser here. A session at the tenant would sign the user in at once, into an account that
/// the other site chose (login CSRF): so the login page comes first.
///
/// Source: W3C, Fetch Metadata Request Headers, section 2.3.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// RFC 6749, sections 4.1.2 and 4.1.2.1; `attempts_left` is our tenant's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CallbackParams {
    state: String,
    code: Option<String>,
    error: Option<String>,
    error_description: String,
    attempts_left: Option<u32>,
}

/// Redirects to the page that the login started on, or to the login page, which shows the refusal.
async fn callback(
    State(auth): State<Auth>,
    Extension(store): Extension<Store>,
    session: Session,
    Parts { headers, extensions, .. }: Parts,
    params: Result<Query<CallbackParams>, QueryRejection>,
) -> Result<Response, ApiError> {
    let params = params.map(|Query(params)| params).unwrap_or_default();
    let logins = Logins::of(auth.config(), &headers, auth.now());
    let is_signed_in = CurrentUser::of(&session, &auth).await?.is_some();
    let Some(mut login) = logins.of_state(&params.state) else {
        return Ok(without_a_login(&auth, &logins, &params.state, is_signed_in));
    };
    if login.ending_refusal().is_some() {
        return Ok(redirect(&with_login(&auth.config().login_page(), &login.id), []));
    }
    if login.is_over {
        // The session was set with the response that ended the login: a browser without one has signed out since.
        let page =
            if is_signed_in { String::from(login.return_to) } else { refused_page(&auth, &Refusal::NoPendingLogin) };
        return Ok(redirect(&page, []));
    }
    let step = Step {
        repeats: Repeats::of(&login, &store.0),
        auth: auth.clone(),
        login: login.clone(),
        params,
        client_ip: client_ip(&extensions),
    };
    match to_the_end(step.take()).await? {
        Ok(admitted) => {
            let cookies = finish_login(&auth, &session, &headers, &mut login, admitted).await?;
            Ok(redirect(login.return_to.as_str(), cookies))
        }
        Err(refused) => {
            let refusal = login.stopped(refused);
            tracing::warn!(reason = refusal.reason(), "a callback did not sign in");
            Ok(redirect(&with_login(&auth.config().login_page(), &login.id), logins.keep(&login)))
        }
    }
}

/// For a login that this browser does not have. If it is signed in, it has loaded the page twice.
fn without_a_login(auth: &Auth, logins: &Logins<'_>, state: &str, is_signed_in: bool) -> Response {
    if is_signed_in {
        return redirect(auth.config().home().as_str(), []);
    }
    let was_begun_elsewhere = LoginState::login(state).is_some_and(|id| logins.is_fresh(&id));
    let refusal = if was_begun_elsewhere { Refusal::OtherBrowser } else { Refusal::NoPendingLogin };
    redirect(&refused_page(auth, &refusal), [])
}

/// The login page, which shows why there is no login to continue.
fn refused_page(auth: &Auth, refusal: &Refusal) -> String {
    tracing::warn!(reason = refusal.reason(), "a callback did not sign in");
    format!("{}?{}", auth.config().login_page(), refusal_query(refusal))
}

fn redirect(page: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    (headers, Redirect::to(page)).into_response()
}

/// Data for the exchange; it runs to completion even if the request is cancelled.
struct Step {
    auth: Auth,
    repeats: Repeats,
    login: PendingLogin,
    params: CallbackParams,
    client_ip: IpAddr,
}

impl Step {
    async fn take(self) -> Result<Admitted, Refused> {
        let auth = self.auth.clone();
        let _turn = auth.turns().take(self.login.id.as_str()).await;
        let before = self.repeats.outcome(auth.now()).await;
        if let Some(ending) = before.clone().and_then(Outcome::ending) {
            return ending;
        }
        let ending = self.exchange_code().await;
        self.repeats.ended_after(before.as_ref(), &ending, auth.now()).await;
        match ending {
            // Another instance of the app may have been faster.
            Err(refused) => {
                let ending = self.repeats.outcome(auth.now()).await.and_then(Outcome::ending);
                ending.unwrap_or(Err(refused))
            }
            admitted => admitted,
        }
    }

    async fn exchange_code(&self) -> Result<Admitted, Refused> {
        let authorization = self.login.authorization().ok_or(Refusal::NoPendingLogin)?;
        let params = &self.params;
        if let Some(error) = &params.error {
            let refused = ErrorBody::of_callback(error, &params.error_description, params.attempts_left);
            tracing::warn!(error = %refused, "the tenant sent the browser back without a code");
            return Err(Refusal::from(refused).into());
        }
        let code = params.code.as_deref().ok_or(Refusal::TenantRefused)?;
        let tokens = self.auth.tenant().redeem_authorization_code(code, &authorization).await.map_err(|error| {
            tracing::warn!(%error, "an authorization code was not exchanged");
            exchange_refusal(error.into())
        })?;
        let arrival = Arrival {
            nonce: Some(&authorization.nonce),
            login: &self.login,
            client_ip: self.client_ip,
            extra: &ExtraFields::default(),
            store: &self.repeats.store,
        };
        self.auth.admit(tokens, arrival).await
    }
}

/// At the exchange, a refused code is an authorization code, not the user's: the login as a whole failed.
fn exchange_refusal(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::WrongCode { .. } | Refusal::CodeExpired => Refusal::TenantRefused,
        other => other,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}
