//! Which address does what, and what every answer has in common.

mod authorize;
mod co_authenticate;
mod discovery;
mod hosted_login;
mod lock_assets;
mod oauth_revoke;
mod oauth_token;
mod oidc_logout;
mod passwordless_start;
mod passwordless_verify;
mod twilio_status;
mod userinfo;
mod v2_logout;
mod verify_redirect;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};

use crate::{
    error::BuildError,
    http::{api_error::ApiError, middleware as layers, params::MAX_BODY},
    pages,
    state::Tenant,
};

pub(crate) fn router(tenant: Arc<Tenant>) -> Result<Router, BuildError> {
    let forms = login_page(&tenant)?;
    let is_https = tenant.origin.is_https();
    Ok(api(&tenant)
        .merge(forms)
        .merge(by_browser())
        .merge(outbox(&tenant))
        .route(crate::sms::twilio::STATUS_PATH, post(twilio_status::status))
        .route("/healthz", get(async || "ok"))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .fallback(async || ApiError::NotFound)
        .with_state(tenant)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(layers::time_out))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn_with_state(is_https, layers::secure))
        .layer(middleware::from_fn(layers::log_refusals)))
}

/// What programs call; pages of the clients may, from their own origins.
fn api(tenant: &Tenant) -> Router<Arc<Tenant>> {
    let private = Router::new()
        .route("/passwordless/start", post(passwordless_start::start))
        .route("/passwordless/verify", post(passwordless_verify::verify))
        .route("/oauth/ro", post(passwordless_verify::ro))
        .route("/co/authenticate", post(co_authenticate::authenticate))
        .route("/oauth/token", post(oauth_token::token))
        .route("/oauth/revoke", post(oauth_revoke::revoke))
        .route("/userinfo", get(userinfo::get).post(userinfo::post))
        .layer(middleware::from_fn(layers::no_store));
    Router::new()
        .route("/client/{file}", get(lock_assets::client))
        .route("/user/geoloc/country", get(lock_assets::country))
        .route("/passwordless/challenge", post(lock_assets::no_captcha))
        .route("/usernamepassword/challenge", post(lock_assets::no_captcha))
        .route("/.well-known/jwks.json", get(crate::keys::signing_key::jwks))
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .merge(private)
        // Set here and not only for all: the layer must see preflight requests, which no route has a method for.
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(layers::cors(&tenant.config))
}

/// Where applications send browsers.
fn by_browser() -> Router<Arc<Tenant>> {
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/passwordless/verify_redirect", get(verify_redirect::verify_redirect))
        .route("/passwordless/verify-redirect", get(verify_redirect::verify_redirect))
        .route("/v2/logout", get(v2_logout::logout))
        .route("/oidc/logout", get(oidc_logout::get).post(oidc_logout::post))
        .layer(middleware::from_fn(layers::head_does_nothing))
        .layer(middleware::from_fn(layers::no_store))
}

/// The tenant's own page; its forms are taken from itself only.
fn login_page(tenant: &Tenant) -> Result<Router<Arc<Tenant>>, BuildError> {
    let guard = CsrfLayer::new()
        .add_trusted_origin(tenant.origin.as_str())
        .map_err(|_| BuildError::PublicUrl)?
        .with_rejection_response(layers::cross_site);
    Ok(Router::new()
        .route("/u/login", get(hosted_login::page))
        .route("/u/login/phone", post(hosted_login::phone))
        .route("/u/login/code", post(hosted_login::code))
        .route("/u/login/resend", post(hosted_login::resend))
        .route("/u/login/change", post(hosted_login::change))
        .route("/u/login/continue", post(hosted_login::go_on))
        .route("/u/logout", post(oidc_logout::confirmed))
        .route("/u/tenant.css", get(pages::stylesheet))
        .layer(guard))
}

fn outbox(tenant: &Tenant) -> Router<Arc<Tenant>> {
    let Some(outbox) = tenant.senders.outbox() else { return Router::new() };
    Router::new()
        .route("/outbox", get(pages::outbox::outbox))
        .route("/outbox/events", get(pages::outbox::events))
        .route("/outbox.js", get(pages::outbox::script))
        .layer(middleware::from_fn_with_state(tenant.origin.clone(), pages::outbox::under_own_names))
        .with_state(Arc::clone(outbox))
}
