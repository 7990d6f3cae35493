//! Our program: the app, and the tenant in the same process.

use crate::{
    browser::Browser,
    error::BenchError,
    place::{HOST, Place, Visit},
    process::Program,
};
use std::net::Ipv4Addr;

const APP_PORT: u16 = 4401;
const TENANT_PORT: u16 = 4402;
const SESSION: &str = "session";

/// The program as it is by default on loopback, with a SQLite file.
pub(crate) fn program(name: &'static str, flow: &str, place: &Place) -> Program {
    let database = format!("sqlite:{}", place.folder.join("passwordless.db").display());
    instance(name, flow, place, (HOST, &database))
}

/// One that may have others beside it. It is without limits: all people have one address, and few numbers.
pub(crate) fn instance(name: &'static str, flow: &str, place: &Place, (host, database): (Ipv4Addr, &str)) -> Program {
    let environment = [
        ("APP_BASE_URL", app(host)),
        ("LEPTOS_SITE_ADDR", format!("{host}:{APP_PORT}")),
        ("TENANT_PUBLIC_URL", tenant(host)),
        ("TENANT_ADDR", format!("{host}:{TENANT_PORT}")),
        ("DATABASE_URL", database.to_owned()),
        ("AUTH0_LOGIN_FLOW", flow.to_owned()),
        ("LIMIT_STARTS_PER_IP_HOUR", "0".to_owned()),
        ("LIMIT_STARTS_PER_PHONE_HOUR", "0".to_owned()),
        ("SMS_PUMPING_BREAKER", "false".to_owned()),
    ];
    Program {
        name,
        command: vec![place.ours.display().to_string(), "serve".to_owned()],
        environment: environment.to_vec(),
        health: format!("{}/healthz", app(host)),
    }
}

pub(crate) fn app(host: Ipv4Addr) -> String {
    format!("http://{host}:{APP_PORT}")
}

pub(crate) fn tenant(host: Ipv4Addr) -> String {
    format!("http://{host}:{TENANT_PORT}")
}

pub(crate) fn outbox(host: Ipv4Addr) -> String {
    format!("{}/outbox", tenant(host))
}

pub(crate) async fn sign_in_by_redirect(visit: &Visit) -> Result<(), BenchError> {
    let mut browser = Browser::new(&visit.http);
    let at_tenant = enter_number_and_code(&mut browser, visit).await?;
    let callback = browser.get(&at_tenant).await?;
    browser.get(callback.location()?).await?;
    browser.require(SESSION)
}

pub(crate) async fn sign_in_by_token(visit: &Visit) -> Result<(), BenchError> {
    signed_in(visit).await.map(drop)
}

/// The browser of someone who has signed in.
pub(crate) async fn signed_in(visit: &Visit) -> Result<Browser<'_>, BenchError> {
    let mut browser = Browser::new(&visit.http);
    enter_number_and_code(&mut browser, visit).await?;
    browser.require(SESSION)?;
    Ok(browser)
}

/// What the dialog does. Returns where it goes on to.
async fn enter_number_and_code(browser: &mut Browser<'_>, visit: &Visit) -> Result<String, BenchError> {
    let code = visit.codes.next(&visit.number);
    let fields = [("phone_number", visit.number.as_str()), ("return_to", "/")];
    let sent = browser.post_form(&format!("{}/api/passwordless/start", app(visit.host)), &fields).await?;
    let body = sent.json();
    let login = body["CodeSent"]["login"].as_str().ok_or_else(|| sent.unexpected())?;
    let fields = [("code", &*code.await?), ("login", login)];
    let verified = browser.post_form(&format!("{}/api/passwordless/verify", app(visit.host)), &fields).await?;
    let body = verified.json();
    let continue_to = body["Verified"]["continue_to"].as_str().ok_or_else(|| verified.unexpected())?;
    Ok(continue_to.to_owned())
}
