//! A row of the app's own for each user, made at their login: with the terms that they accepted, and a lock of the app's.

mod users;

use axum::{Extension, Router, middleware::from_fn, response::Redirect, routing::get};
use leptos::prelude::*;
use leptos_axum::{generate_route_list, render_app_async};
use leptos_passwordless::{
    Lock, LockStyles, Terms,
    server::{Auth, AuthConfig, CurrentUser, ServerHooks, Setup, TermsPolicy, require_login},
};
use sqlx::{SqlitePool, sqlite::SqlitePoolOptions};
use std::{error::Error, net::SocketAddr};
use tokio::net::TcpListener;
use users::{Customer, sign_in};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Leptos sets its executor up there.
    generate_route_list(|| ());
    let users = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::query(users::SCHEMA).execute(&users).await?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let app = app(users, AuthConfig::from_env()?)?;
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

fn app(users: SqlitePool, mut config: AuthConfig) -> Result<Router, Box<dyn Error>> {
    let links = Terms::new("/terms", "/privacy");
    config.terms = Some(TermsPolicy::new(links, "2026-11", true));
    let pool = users.clone();
    config.hooks = ServerHooks::default().on_sign_in(move |login| sign_in(pool.clone(), login));
    let routes = Router::new()
        .route("/customer", get(customer))
        .route_layer(from_fn(require_login))
        .route("/", get(async || Redirect::to("/customer")))
        .route("/login", get(render_app_async(|| view! { <LockStyles /> <Lock /> })))
        .layer(Extension(users));
    Ok(Setup::new(&Auth::new(config)?).install(routes))
}

async fn customer(Extension(users): Extension<SqlitePool>, user: CurrentUser) -> String {
    let customer = user.data::<Customer>();
    let logins = match &customer {
        Some(customer) => users::logins(&users, customer.id).await.unwrap_or_default(),
        None => 0,
    };
    format!("Customer {}, login {logins}", customer.map_or(0, |customer| customer.id))
}
