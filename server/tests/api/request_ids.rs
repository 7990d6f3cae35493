//! Each request has an id, which is in its response, its lines of the log, and the tenant's.

use crate::support::{PHONE, process::Process};
use reqwest::Response;
use serde_json::Value;

const CLAIMED: &str = "0123456789abcdef0123456789abcdef";
const LOG: [(&str, &str); 2] = [("LOG_FORMAT", "json"), ("RUST_LOG", "debug,hyper_util=off,reqwest=off")];

/// A code for a number, and another one too soon, which both sides log. Returns the second response.
async fn refused(process: &Process, claimed: Option<&str>) -> Response {
    let browser = process.browser();
    let fields = [("phone_number", PHONE), ("country", "US")];
    browser.call("start").form(&fields).send().await.unwrap();
    let call = browser.call("start").form(&fields);
    claimed.into_iter().fold(call, |call, id| call.header("x-request-id", id)).send().await.unwrap()
}

fn id_of(response: &Response) -> String {
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

/// The lines of a part of the program about a request.
fn lines_of(log: &str, part: &str, id: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    lines.filter(|line| line["span"]["part"] == part && line["span"]["request_id"] == id).collect()
}

fn says(lines: &[Value], message: &str) -> bool {
    lines.iter().any(|line| line["message"] == message)
}

#[tokio::test(flavor = "multi_thread")]
async fn id_of_a_trusted_proxy_is_in_the_log_of_app_and_tenant() {
    let trusting = ["--trusted-proxies", "127.0.0.0/8", "--limit-starts-per-phone-hour", "1"];
    let process = Process::both(&trusting, &LOG).await;
    let response = refused(&process, Some(CLAIMED)).await;
    assert_eq!(id_of(&response), CLAIMED);
    let log = process.end();
    let (app, tenant) = (lines_of(&log, "app", CLAIMED), lines_of(&log, "tenant", CLAIMED));
    assert!(says(&app, "a login was refused at its start") && says(&app, "no code was sent"), "{app:?}");
    assert!(says(&tenant, "request refused"), "{tenant:?}");
    // What other crates log while it is answered.
    assert!(tenant.iter().any(|line| line["target"].as_str().is_some_and(|name| name.starts_with("sqlx"))));
    let path = |lines: &[Value], path: &str| lines.iter().all(|line| line["span"]["path"] == path);
    assert!(path(&app, "/api/passwordless/start") && path(&tenant, "/passwordless/start"));
    let about_login = |line: &&str| line.contains("a login was refused") || line.contains("request refused");
    assert!(log.lines().filter(about_login).all(|line| line.contains("\"request_id\"")), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn id_of_a_stranger_is_not_taken_over() {
    let process = Process::both(&["--limit-starts-per-phone-hour", "1"], &LOG).await;
    let response = refused(&process, Some(CLAIMED)).await;
    let id = id_of(&response);
    assert!(id != CLAIMED && id.len() == 32);
    let log = process.end();
    let app = lines_of(&log, "app", &id);
    assert!(says(&app, "a login was refused at its start"), "{app:?}");
    assert!(app.iter().all(|line| line["span"]["client_request_id"] == CLAIMED));
    assert!(lines_of(&log, "app", CLAIMED).is_empty());
    // The tenant does not trust the app's address either: it has an id of its own, beside the app's.
    let of_tenant = log.lines().find(|line| line.contains("request refused")).unwrap();
    let of_tenant: Value = serde_json::from_str(of_tenant).unwrap();
    assert_eq!(of_tenant["span"]["client_request_id"], *id);
    assert_ne!(of_tenant["span"]["request_id"], *id);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_an_id_and_no_two_the_same() {
    let process = Process::both(&["--trusted-proxies", "127.0.0.0/8"], &[]).await;
    let mut seen = std::collections::BTreeSet::new();
    for url in ["/login", "/healthz", "/nothing", "/logo.svg"].map(|path| process.browser().url(path).to_string()) {
        assert!(seen.insert(id_of(&reqwest::get(url).await.unwrap())));
    }
    assert!(seen.insert(id_of(&reqwest::get(format!("{}/nothing", process.tenant)).await.unwrap())));
    let too_long = "a".repeat(65);
    for unusable in ["a b", "a\"b", "", &too_long] {
        let login = process.browser().url("/login");
        let response = process.browser().request(reqwest::Method::GET, login).header("x-request-id", unusable);
        let id = id_of(&response.send().await.unwrap());
        assert!(id.len() == 32 && seen.insert(id), "{unusable}");
    }
}
