//! Behind a real reverse proxy: whose allowance a request uses up.

use crate::{
    nginx::Nginx,
    support::{log::Log, program::Program},
};
use leptos_passwordless::outcome::StartOutcome;
use reqwest::{Client, StatusCode};
use std::net::{IpAddr, Ipv4Addr};
use tracing::subscriber;

const LIMITED: [&str; 4] = ["--limit-starts-per-ip-hour", "2", "--trusted-proxies", "127.0.0.1/32"];

/// What nginx sets, as its manual has it for each header.
const SET_BY_NGINX: [(&str, &str); 3] = [
    ("X-Forwarded-For", "$proxy_add_x_forwarded_for"),
    ("X-Real-IP", "$remote_addr"),
    ("Forwarded", "\"for=$remote_addr\""),
];

/// Someone at an address of their own, who claims another one with each request.
struct Stranger {
    client: Client,
    /// Of the page that the requests come from.
    origin: Option<String>,
    requests: u8,
}

impl Stranger {
    fn at(last: u8) -> Self {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        Self { client: Client::builder().local_address(address).build().unwrap(), origin: None, requests: 0 }
    }

    fn on_a_page_of(self, app: &str) -> Self {
        Self { origin: Some(app.to_owned()), ..self }
    }

    /// Whether a code was sent.
    async fn start(&mut self, url: &str, fields: &[(&str, &str)]) -> bool {
        self.requests += 1;
        let claimed = format!("198.51.100.{}", self.requests);
        let mut request = self.client.post(url).header("accept", "application/json");
        for header in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"] {
            request = request.header(header, &claimed);
        }
        request = self.origin.iter().fold(request, |request, origin| request.header("origin", origin));
        let response = request.header("forwarded", format!("for={claimed}")).form(fields).send().await.unwrap();
        match response.status() {
            StatusCode::OK => !matches!(response.json().await, Ok(StartOutcome::Refused(_))),
            status => {
                assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
                false
            }
        }
    }

    async fn starts(&mut self, url: &str, fields: &[(&str, &str)]) -> usize {
        let mut sent = 0;
        for number in 0..5 {
            let phone_number = format!("+1415555{:04}", 1000 + usize::from(self.requests) * 10 + number);
            let fields = [fields, &[("phone_number", phone_number.as_str())]].concat();
            sent += usize::from(self.start(url, &fields).await);
        }
        sent
    }
}

#[tokio::test]
async fn app_ignores_forwarding_headers_of_clients() {
    for (header, value) in SET_BY_NGINX {
        let program = Program::both(&[&LIMITED[..], &["--trusted-proxy-header", header]].concat()).await;
        let nginx = Nginx::in_front_of(&program.app, header, value);
        let url = format!("{}/api/passwordless/start", nginx.origin);
        assert_eq!(Stranger::at(2).starts(&url, &[]).await, 2, "{header}");
        assert_eq!(Stranger::at(3).starts(&url, &[]).await, 2, "{header}: another client has its own allowance");
    }
}

#[tokio::test]
async fn tenant_ignores_forwarding_headers_of_clients() {
    for (header, value) in SET_BY_NGINX {
        let program = Program::both(&[&LIMITED[..], &["--trusted-proxy-header", header]].concat()).await;
        let nginx = Nginx::in_front_of(&program.tenant, header, value);
        let url = format!("{}/passwordless/start", nginx.origin);
        let fields = [("client_id", "passwordless"), ("connection", "sms"), ("send", "code")];
        let mut strangers = [2, 3].map(|last| Stranger::at(last).on_a_page_of(&program.app));
        assert_eq!(strangers[0].starts(&url, &fields).await, 2, "{header}");
        assert_eq!(strangers[1].starts(&url, &fields).await, 2, "{header}: another client has its own allowance");
    }
}

/// The runtime of a test has one thread, so its log is that of the program.
#[tokio::test]
async fn untrusted_proxy_is_reported_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _listening = subscriber::set_default(subscriber);
    let warnings = || log.text().matches("TRUSTED_PROXIES").count();

    let program = Program::both(&["--trusted-proxies", "10.0.0.0/8"]).await;
    program.browser().get("/login").await;
    assert_eq!(warnings(), 0);
    let nginx = Nginx::in_front_of(&program.app, "X-Forwarded-For", "$proxy_add_x_forwarded_for");
    for _ in 0..3 {
        assert_eq!(reqwest::get(format!("{}/healthz", nginx.origin)).await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(warnings(), 1);
    assert!(log.text().contains("peer=127.0.0.1"));
}
