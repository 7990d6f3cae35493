//! Better Auth on Node.js, with its plugin for phone numbers: `bench/peers/better-auth.js`.

use crate::{
    browser::Browser,
    error::BenchError,
    place::{Place, Visit},
    process::Program,
};
use serde_json::json;

const PORT: u16 = 4403;
const SESSION: &str = "better-auth.session_token";

pub(crate) fn program(name: &'static str, place: &Place) -> Program {
    let script = place.peers.join("better-auth.js");
    let database = place.folder.join("better-auth.db");
    let command = ["node", &script.display().to_string(), &PORT.to_string(), &database.display().to_string()];
    Program {
        name,
        command: command.map(str::to_owned).to_vec(),
        environment: vec![("NODE_ENV", "production".to_owned())],
        health: format!("{}/healthz", url()),
    }
}

fn url() -> String {
    format!("http://localhost:{PORT}")
}

pub(crate) fn outbox() -> String {
    format!("{}/outbox", url())
}

pub(crate) async fn sign_in(visit: &Visit) -> Result<(), BenchError> {
    let mut browser = Browser::new(&visit.http);
    let code = visit.codes.next(&visit.number);
    let number = json!({ "phoneNumber": visit.number });
    browser.post_json(&format!("{}/api/auth/phone-number/send-otp", url()), &number).await?;
    let entered = json!({ "phoneNumber": visit.number, "code": code.await? });
    browser.post_json(&format!("{}/api/auth/phone-number/verify", url()), &entered).await?;
    browser.require(SESSION)
}
