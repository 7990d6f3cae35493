//! An Express app with the login of express-openid-connect, at our tenant: `bench/peers/express-profile.js`.

use crate::{
    browser::Browser,
    error::BenchError,
    ours,
    place::{HOST, Place, Visit},
    process::Program,
};
use serde_json::json;
use std::fs;
use url::Url;

const PORT: u16 = 4404;
const SESSION: &str = "appSession";
const CLIENT_ID: &str = "express";
const CLIENT_SECRET: &str = "a-secret-that-only-the-benchmark-uses";

pub(crate) fn url() -> String {
    format!("http://{HOST}:{PORT}")
}

pub(crate) fn program(name: &'static str, place: &Place) -> Program {
    let script = place.peers.join("express-profile.js").display().to_string();
    let command = ["node", &script, &PORT.to_string(), &ours::tenant(HOST), CLIENT_ID, CLIENT_SECRET];
    Program {
        name,
        command: command.map(str::to_owned).to_vec(),
        environment: vec![("NODE_ENV", "production".to_owned())],
        health: format!("{}/healthz", url()),
    }
}

/// Our tenant alone, with the app as a client.
pub(crate) fn tenant(place: &Place) -> Result<Program, BenchError> {
    let config = place.folder.join("tenant.yaml");
    let yaml = format!(
        "clients:\n  - name: Express\n    client_id: {CLIENT_ID}\n    client_secret: {CLIENT_SECRET}\n    app_type: regular_web\n    \
         callbacks:\n      - {}/callback\nconnections:\n  - name: sms\n    strategy: sms\n",
        url()
    );
    fs::write(&config, yaml)?;
    let mut program = ours::program("tenant", "redirect", place);
    program.command.truncate(1);
    program.command.push("tenant".to_owned());
    program.environment.push(("TENANT_CONFIG", config.display().to_string()));
    program.health = format!("{}/healthz", ours::tenant(HOST));
    Ok(program)
}

/// The browser of someone who has signed in. The code is sent and entered as an app with a dialog of its own would.
pub(crate) async fn signed_in(visit: &Visit) -> Result<Browser<'_>, BenchError> {
    let mut browser = Browser::new(&visit.http);
    let authorize = browser.get(&format!("{}/login", url())).await?;
    let query =
        Url::parse(authorize.location()?).map_err(|_| authorize.unexpected())?.query().unwrap_or_default().to_owned();
    let code = visit.codes.next(&visit.number);
    let start = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "connection": "sms", "send": "code",
        "phone_number": visit.number,
    });
    browser.post_json(&format!("{}/passwordless/start", ours::tenant(visit.host)), &start).await?;
    let mut verify = Url::parse(&format!("{}/passwordless/verify_redirect", ours::tenant(visit.host)))
        .map_err(|_| authorize.unexpected())?;
    verify.set_query(Some(&query));
    let fields = [("connection", "sms"), ("phone_number", &visit.number), ("verification_code", &code.await?)];
    verify.query_pairs_mut().extend_pairs(fields);
    let callback = browser.get(verify.as_str()).await?;
    browser.get(callback.location()?).await?;
    browser.require(SESSION)?;
    Ok(browser)
}
