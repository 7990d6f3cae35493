//! An app of another team: its own hooks, and a code to a number that it knows.

use crate::{
    browser::Browser,
    fake_tenant::{FakeTenant, Key},
};
use axum::{Router, routing::post};
use leptos::server;
use leptos_axum::handle_server_fns;
use leptos_passwordless::{
    PhoneNumber,
    api::{ApiError, Refusal, StartOutcome, VerifyOutcome},
    server::{Auth, AuthConfig, ServerHooks, install, send_code_to},
};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower_sessions::MemoryStore;

#[server(prefix = "/api/passwordless", endpoint = "/step_up")]
async fn step_up() -> Result<StartOutcome, ApiError> {
    send_code_to(&PhoneNumber::parse("+14155552671").map_err(|_| ApiError::ServerError)?, "/profile").await
}

async fn app(tenant: &FakeTenant, hooks: ServerHooks) -> Browser {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let tenant = tenant.origin().parse().unwrap();
    let config = AuthConfig::new(origin.parse().unwrap(), tenant, "client".to_owned(), "secret".into());
    let auth = Auth::new(AuthConfig { hooks, ..config }).unwrap();
    let routes = Router::new().route("/api/{*function}", post(handle_server_fns));
    let routes = install(routes, &auth, MemoryStore::default());
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Browser::new(&origin)
}

async fn calls(tenant: &FakeTenant, path: &str) -> usize {
    let requests = tenant.server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.url.path() == path).count()
}

#[tokio::test]
async fn a_hook_refuses_with_a_sentence_of_its_own_and_nothing_goes_out() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    let hooks = ServerHooks::default()
        .before_start(|step| {
            if step.phone_number.as_str().starts_with("+44") { Ok(()) } else { Err("Britons only.".to_owned()) }
        })
        .before_verify(|step| {
            assert!(step.client_ip.is_loopback() && step.phone_number.as_str() == "+447911123456");
            Err("Not on a Sunday.".to_owned())
        });
    let browser = app(&tenant, hooks).await;

    let refused = StartOutcome::Refused(Refusal::Hook("Britons only.".to_owned()));
    assert_eq!(browser.start("+14155552671").await, refused);
    assert_eq!(calls(&tenant, "/passwordless/start").await, 0);
    assert!(matches!(browser.start("+447911123456").await, StartOutcome::CodeSent(_)));
    assert_eq!(browser.refusal_of("123456").await, Refusal::Hook("Not on a Sunday.".to_owned()));
    assert_eq!(calls(&tenant, "/passwordless/verify").await, 0);
}

#[tokio::test]
async fn a_code_goes_to_a_number_that_the_app_knows() {
    let tenant = FakeTenant::new().await;
    tenant.is_friendly().await;
    tenant.has_key(&Key::generate()).await;
    let browser = app(&tenant, ServerHooks::default()).await;
    let response = browser.call("step_up").send().await.unwrap();
    assert!(matches!(response.json().await.unwrap(), StartOutcome::CodeSent(_)));
    assert_eq!(calls(&tenant, "/passwordless/start").await, 1);
    let outcome = browser.verify("123456").await;
    assert!(matches!(outcome, VerifyOutcome::Verified { .. }), "{outcome:?}");
}
