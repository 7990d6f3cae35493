use crate::support::{browser::Browser, clock::TestClock};
use axum::{
    Json, Router,
    middleware::from_fn,
    routing::{get, post},
};
use leptos::prelude::*;
use leptos_axum::{generate_route_list, handle_server_fns, render_app_async};
use leptos_passwordless::{
    Lock,
    server::{Auth, AuthConfig, CurrentUser, ExposeSecret, TokenError, install, require_login},
    use_login,
};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tower_sessions::MemoryStore;

/// The app of another team: the library without the program, with sessions in memory.
pub struct TeamApp {
    config: AuthConfig,
    pub clock: TestClock,
    sessions: MemoryStore,
}

impl TeamApp {
    pub async fn start(tenant: &str, configure: impl FnOnce(&mut AuthConfig)) -> Self {
        // Leptos sets its executor up there.
        generate_route_list(|| ());
        let (listener, origin) = listen().await;
        let (base, tenant) = (origin.parse().unwrap(), tenant.parse().unwrap());
        let mut config = AuthConfig::new(base, tenant, "client".to_owned(), "secret".into());
        configure(&mut config);
        let app = Self { config, clock: TestClock::default(), sessions: MemoryStore::default() };
        app.serve(listener);
        app
    }

    /// Another instance with the same sessions; returns its origin.
    pub async fn another_instance(&self) -> String {
        let (listener, origin) = listen().await;
        self.serve(listener);
        origin
    }

    /// One with other routes: `install` gets the pages and adds the login to them. Returns a browser.
    pub async fn with_routes(
        tenant: &str,
        configure: impl FnOnce(&mut AuthConfig, &str),
        install: impl FnOnce(Router, &Auth) -> Router,
    ) -> Browser {
        generate_route_list(|| ());
        let (listener, origin) = listen().await;
        let (base, tenant) = (origin.parse().unwrap(), tenant.parse().unwrap());
        let mut config = AuthConfig::new(base, tenant, "client".to_owned(), "secret".into());
        configure(&mut config, &origin);
        let (login, base) = (config.paths.login.clone(), config.app_base_url.clone());
        let pages = Router::new()
            .route(&login, get(render_app_async(|| view! { <Lock /> })))
            .route("/profile", get(async |user: CurrentUser| user.user_id))
            .route("/private", get(async || "for users").layer(from_fn(require_login)));
        let routes = install(pages, &Auth::new(config).unwrap());
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Browser::new(base.as_str())
    }

    /// One that is served without the addresses of its clients; returns a browser.
    pub async fn without_connection_information(tenant: &str) -> Browser {
        generate_route_list(|| ());
        let (listener, origin) = listen().await;
        let (base, tenant) = (origin.parse().unwrap(), tenant.parse().unwrap());
        let config = AuthConfig::new(base, tenant, "client".to_owned(), "secret".into());
        let routes = install(Router::new(), &Auth::new(config).unwrap(), MemoryStore::default());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Browser::new(&origin)
    }

    fn serve(&self, listener: TcpListener) {
        let auth = Auth::with_clock(self.config.clone(), Arc::new(self.clock.clone())).unwrap();
        let routes = Router::new()
            .route("/api/{*function}", post(handle_server_fns))
            .route("/logout", post(handle_server_fns))
            .route("/team", post(async || "changed"))
            .route("/profile", get(async |user: CurrentUser| user.user_id))
            .route("/login", get(render_app_async(|| view! { <Lock login=use_login() /> })))
            .route("/token", get(token))
            .route("/data", get(async |user: CurrentUser| Json(user.data::<Value>())));
        let routes = install(routes, &auth, self.sessions.clone());
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
    }

    /// A new browser, without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.config.app_base_url.as_str())
    }

    /// Everything that the session store holds.
    pub fn stored(&self) -> String {
        format!("{:?}", self.sessions)
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, origin)
}

async fn token(user: CurrentUser) -> Result<String, TokenError> {
    Ok(user.access_token().await?.expose_secret().to_owned())
}
