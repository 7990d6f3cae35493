//! The HTTP endpoints, one file each, and the router that maps paths to them. Nothing else calls the handlers.

mod assets;
mod authorize;
mod co_authenticate;
mod discovery;
mod hosted_login;
mod jwks;
mod lock_assets;
mod oauth_revoke;
mod oauth_token;
mod oidc_logout;
mod otp_challenge;
mod outbox;
mod passwordless_start;
mod passwordless_verify;
mod scripts;
mod twilio_status;
mod userinfo;
mod v2_logout;
mod verify_redirect;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};

use crate::{
    error::BuildError,
    http::{api_error::ApiError, middleware, params::MAX_BODY},
    sms::twilio::STATUS_PATH,
    state::AppState,
};

pub(crate) fn router(state: AppState) -> Result<Router, BuildError> {
    let is_https = state.origin.is_https();
    Ok(api(&state)
        .merge(login_page(&state)?)
        .merge(browser_redirects())
        .merge(outbox_page(&state))
        .merge(scripts::router())
        .route(STATUS_PATH, post(twilio_status::post))
        .route("/healthz", get(async || "ok"))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .fallback(async || ApiError::NotFound)
        .with_state(state)
        // The outermost first. As one layer: axum boxes each by itself, and copies all boxes below it for each request.
        .layer((
            from_fn(middleware::log_refusals),
            from_fn_with_state(is_https, middleware::security_headers),
            CatchPanicLayer::custom(middleware::handle_panic),
            from_fn(middleware::timeout),
            DefaultBodyLimit::max(MAX_BODY),
        )))
}

/// Called by servers, and by pages of the clients from their own origins.
fn api(state: &AppState) -> Router<AppState> {
    let private = Router::new()
        .route("/passwordless/start", post(passwordless_start::post))
        .route("/otp/challenge", post(otp_challenge::post))
        .route("/passwordless/verify", post(passwordless_verify::post))
        .route("/oauth/ro", post(passwordless_verify::oauth_ro))
        .route("/co/authenticate", post(co_authenticate::post))
        .route("/oauth/token", post(oauth_token::post))
        .route("/oauth/revoke", post(oauth_revoke::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::post))
        .layer((from_fn(middleware::no_store), from_fn(middleware::own_task)));
    Router::new()
        .route("/client/{file}", get(lock_assets::client))
        .route("/user/geoloc/country", get(lock_assets::country))
        .route("/passwordless/challenge", post(lock_assets::no_captcha))
        .route("/usernamepassword/challenge", post(lock_assets::no_captcha))
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/.well-known/oauth-authorization-server", get(discovery::get))
        .merge(private)
        // Here as well as for all routes: the CORS layer has to see preflight requests, whose method no route has.
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::cors(&state.config))
}

/// Where applications redirect browsers.
fn browser_redirects() -> Router<AppState> {
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/passwordless/verify_redirect", get(verify_redirect::get))
        .route("/passwordless/verify-redirect", get(verify_redirect::get))
        .route("/v2/logout", get(v2_logout::get))
        .route("/oidc/logout", get(oidc_logout::get).post(oidc_logout::post))
        .layer((from_fn(middleware::no_store), from_fn(middleware::ignore_head), from_fn(middleware::own_task)))
}

/// The tenant's own login page, which accepts only its own forms.
fn login_page(state: &AppState) -> Result<Router<AppState>, BuildError> {
    let csrf = CsrfLayer::new()
        .add_trusted_origin(state.origin.as_str())
        .map_err(|_| BuildError::PublicUrl)?
        .with_rejection_response(middleware::cross_site_form);
    Ok(Router::new()
        .route("/u/login/{id}", get(hosted_login::page))
        .route("/u/login/{id}/start", post(hosted_login::start))
        .route("/u/login/{id}/resend", post(hosted_login::resend))
        .route("/u/login/{id}/verify", post(hosted_login::verify))
        .route("/u/login/{id}/resume", get(hosted_login::resume))
        .route("/u/logout", post(oidc_logout::confirm))
        .route("/u/tenant.css", get(assets::stylesheet))
        .route("/lock-frame.js", get(assets::lock_frame))
        .layer(csrf))
}

/// Only where no SMS provider is configured.
fn outbox_page(state: &AppState) -> Router<AppState> {
    let Some(outbox) = state.senders.outbox() else { return Router::new() };
    Router::new()
        .route("/outbox", get(outbox::get))
        .route("/outbox/events", get(outbox::events))
        .route("/outbox.js", get(outbox::script))
        .layer(from_fn_with_state(state.origin.clone(), outbox::require_own_host))
        .with_state(Arc::clone(outbox))
}
