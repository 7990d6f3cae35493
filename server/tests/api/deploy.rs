//! docs/deploy.md: what it says is tried, and the unit of systemd.

use crate::{
    nginx::Nginx,
    support::{PHONE, browser::Browser, process::Process, program::Program},
};
use clap::CommandFactory;
use reqwest::{Client, StatusCode, redirect::Policy};
use server::cli::Cli;
use std::{
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
    path::Path,
    time::Duration,
};

const DOCUMENT: &str = include_str!("../../../docs/deploy.md");
const UNIT: &str = include_str!("../../../docs/passwordless.service");

/// The first code block in this language.
fn block(language: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

/// nginx as the document configures it, but for names, addresses and certificates.
fn nginx_of_the_document(program: &Program) -> Nginx {
    let is_used = |line: &&str| !line.contains("[::]");
    let servers = block("nginx").lines().filter(is_used).collect::<Vec<_>>().join("\n");
    let host = |origin: &str| origin.replace("http://localhost", "127.0.0.1");
    let (app, tenant) = (host(&program.app), host(&program.tenant));
    let mut servers = servers;
    for (before, after) in [
        ("listen 443 ", "listen ADDRESS "),
        ("listen 80;", "listen PLAIN;"),
        ("127.0.0.1:3000", &app),
        ("127.0.0.1:3001", &tenant),
        ("/etc/letsencrypt/live/app.example.com/fullchain.pem", "FOLDER/cert.pem"),
        ("/etc/letsencrypt/live/app.example.com/privkey.pem", "FOLDER/key.pem"),
        ("/etc/letsencrypt/live/login.example.com/fullchain.pem", "FOLDER/cert.pem"),
        ("/etc/letsencrypt/live/login.example.com/privkey.pem", "FOLDER/key.pem"),
        ("example.com", "localhost"),
    ] {
        assert!(servers.contains(before), "{before}");
        servers = servers.replace(before, after);
    }
    Nginx::with_servers(&servers)
}

fn client(nginx: &Nginx) -> Client {
    let client = Client::builder().cookie_store(true).redirect(Policy::none()).danger_accept_invalid_certs(true);
    let names = ["app.localhost", "login.localhost"];
    names.into_iter().fold(client, |client, name| client.resolve(name, nginx.address)).build().unwrap()
}

#[tokio::test]
async fn login_goes_through_nginx_as_the_document_configures_it() {
    let public = ["--app-base-url", "https://app.localhost", "--trusted-proxies", "127.0.0.1/32"];
    let program = Program::both(&[&public[..], &["--limit-starts-per-ip-hour", "1"]].concat()).await;
    let nginx = nginx_of_the_document(&program);
    let client = client(&nginx);
    let browser = Browser::with_client(client.clone(), "https://app.localhost");
    let page = browser.sign_in(&program, PHONE).await;
    assert_eq!((page.url.as_str(), page.status), ("https://app.localhost/", StatusCode::OK));
    assert!(browser.is_signed_in().await);

    let response = client.get("https://login.localhost/.well-known/openid-configuration").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let id = |response: &reqwest::Response| response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(id(&response).len(), 32);
    let claimed = client.get("https://app.localhost/healthz").header("x-request-id", "mine").send().await.unwrap();
    assert_ne!(id(&claimed), "mine", "nginx names the request");

    // The address is the client's, whatever it says of itself: its one code is used up.
    let again = browser.call("start").form(&[("phone_number", "+14155552672"), ("country", "US")]);
    let again = again.header("x-forwarded-for", "198.51.100.1").send().await.unwrap();
    assert!(again.text().await.unwrap().contains("RateLimited"));

    let plain = client.get(format!("http://{}/login?a=b", nginx.plain)).header("host", "app.localhost");
    let plain = plain.send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(plain.headers()["location"], "https://app.localhost/login?a=b");
}

#[test]
fn settings_of_the_document_and_of_the_unit_exist() {
    let command = Cli::command();
    let known: Vec<_> = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    let (_, settings) = DOCUMENT.split_once("as it is, without quotes:\n\n```sh\n").unwrap();
    let settings = settings.split_once("\n```").unwrap().0.lines();
    let of_unit = UNIT.lines().filter_map(|line| line.strip_prefix("Environment="));
    let names: Vec<_> = settings.chain(of_unit).map(|line| line.split_once('=').unwrap().0).collect();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        assert!(known.contains(&name) || name == "LOG_FORMAT", "{name}");
    }
}

fn told(socket: &UnixDatagram) -> String {
    let mut text = [0; 100];
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let length = socket.recv(&mut text).unwrap();
    String::from_utf8(text[..length].to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_the_start_and_the_end() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("notify-{}", std::process::id()));
    drop(std::fs::remove_file(&path));
    let abstract_name = format!("passwordless-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
    let sockets = [
        (path.to_str().unwrap().to_owned(), UnixDatagram::bind(&path).unwrap()),
        (format!("@{abstract_name}"), UnixDatagram::bind_addr(&address).unwrap()),
    ];
    for (name, socket) in sockets {
        let mut process = Process::both(&[], &[("NOTIFY_SOCKET", &name)]).await;
        assert_eq!(told(&socket), "READY=1");
        process.terminate();
        assert_eq!(told(&socket), "STOPPING=1");
        assert!(process.wait().success());
    }
}
