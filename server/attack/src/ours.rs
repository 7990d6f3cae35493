//! Our own program, in this process: reached by HTTP on loopback, with a clock that is set, and a provider that only notes.

use crate::{
    clock::AttackClock,
    country::Number,
    error::AttackError,
    ledger::Ledger,
    proof_of_work::Challenge,
    provider,
    target::{Asked, Entered, Target, Way},
    visitor::{Effort, Visitor},
};
use async_trait::async_trait;
use clap::Parser;
use http::StatusCode;
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};
use server::{
    cli::Cli,
    startup::{Application, Listeners},
    telemetry,
};
use std::{fs, io, path::Path};
use tempfile::TempDir;
use time::Duration;
use tokio::{net::TcpListener, task::JoinSet};

/// Longer than any request takes, also on a machine that builds meanwhile.
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(1);
/// Where the app is for browsers: a public address, so that what holds in public holds.
const BASE_URL: &str = "https://app.example.com";
const HOST: &str = "app.example.com";
const CLIENT_ID: &str = "passwordless";
/// The field of a start with a solved proof of work.
const PROOF: &str = "altcha";

/// The program, and how it is reached.
#[derive(Debug)]
pub struct Ours {
    clock: AttackClock,
    ledger: Ledger,
    http: Client,
    app: String,
    tenant: String,
    /// They end with this.
    _running: JoinSet<()>,
    /// So do the database and the site.
    _folder: TempDir,
}

impl Ours {
    /// Starts the program as it is by default at a public address, with these arguments and this process's environment.
    ///
    /// # Errors
    /// [`AttackError`] if it does not start.
    pub async fn start(arguments: &[String]) -> Result<Self, AttackError> {
        let (clock, ledger) = (AttackClock::default(), Ledger::default());
        // Behind it, nothing is kept until the first people have signed in.
        clock.set(Duration::days(-30));
        let folder = tempfile::tempdir()?;
        make_site(folder.path())?;
        let (app, tenant, provider) = (free().await?, free().await?, free().await?);
        let (app_url, tenant_url, provider_url) = (url(&app)?, url(&tenant)?, url(&provider)?);
        let mut running = JoinSet::new();
        running.spawn(provider::serve(provider, ledger.clone(), clock.clone()));
        let database = format!("sqlite:{}", folder.path().join("all.db").display());
        let own = own_arguments(&database, &tenant_url, &provider_url);
        let cli = Cli::try_parse_from(own.iter().chain(arguments))
            .map_err(|error| AttackError::Program(error.to_string()))?;
        let mut config = cli.config;
        config.leptos_site_root = folder.path().to_owned();
        let listeners = Listeners { app: Some(app), tenant: Some(tenant), metrics: None };
        let application = Application::build(server::config::Mode::Both, config, listeners, clock.for_both()).await;
        let application = application.map_err(|error| AttackError::Program(telemetry::chain(&error)))?;
        running.spawn(async move {
            // If it breaks off, the next request says so.
            let _ = application.run_until(std::future::pending()).await;
        });
        let http = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build()?;
        Ok(Self { clock, ledger, http, app: app_url, tenant: tenant_url, _running: running, _folder: folder })
    }

    /// Sends a request as the proxy in front of the program passes it on.
    async fn send(&self, visitor: &mut Visitor, request: RequestBuilder) -> Result<Response, AttackError> {
        visitor.requests += 1;
        let request = request.header("x-forwarded-for", visitor.address.to_string());
        let response = request.header("x-forwarded-proto", "https").header("accept-language", "en").send().await?;
        visitor.keep(response.headers());
        Ok(response)
    }

    /// Calls a server function, as the dialog does.
    async fn call(&self, visitor: &mut Visitor, name: &str, fields: &[(&str, &str)]) -> Result<Value, AttackError> {
        let request = self.http.post(format!("{}/api/passwordless/{name}", self.app)).header("host", HOST);
        let request = request.header("accept", "application/json").header("cookie", visitor.cookies()).form(fields);
        json_of(self.send(visitor, request).await?).await
    }

    async fn start_login(&self, visitor: &mut Visitor, number: &Number, proof: &str) -> Result<Value, AttackError> {
        let fields = [("phone_number", number.as_str()), ("return_to", "/"), (PROOF, proof)];
        self.call(visitor, "start", &fields[..if proof.is_empty() { 2 } else { 3 }]).await
    }

    async fn resend(&self, visitor: &mut Visitor, proof: &str) -> Result<Value, AttackError> {
        let login = visitor.login.clone().unwrap_or_default();
        let fields = [("login", login.as_str()), (PROOF, proof)];
        self.call(visitor, "resend", &fields[..if proof.is_empty() { 1 } else { 2 }]).await
    }

    /// What a page elsewhere can do: nothing of it is secret.
    async fn call_tenant(&self, visitor: &mut Visitor, number: &Number, proof: &str) -> Result<Value, AttackError> {
        let mut body = json!({
            "client_id": CLIENT_ID, "connection": "sms", "send": "code", "phone_number": number.as_str(),
        });
        if !proof.is_empty() {
            body[PROOF] = proof.into();
        }
        let request = self.http.post(format!("{}/passwordless/start", self.tenant)).json(&body);
        json_of(self.send(visitor, request.header("origin", "https://elsewhere.example")).await?).await
    }

    async fn ask_once(
        &self,
        visitor: &mut Visitor,
        number: &Number,
        way: Way,
        proof: &str,
    ) -> Result<Value, AttackError> {
        match way {
            Way::Form => self.start_login(visitor, number, proof).await,
            Way::Again => self.resend(visitor, proof).await,
            Way::Api => self.call_tenant(visitor, number, proof).await,
        }
    }
}

#[async_trait]
impl Target for Ours {
    async fn wait_until(&mut self, time: Duration) {
        self.clock.set(time);
    }

    async fn open(&mut self, visitor: &mut Visitor) -> Result<(), AttackError> {
        let request = self.http.get(format!("{}/login", self.app)).header("host", HOST).header("accept", "text/html");
        let response = self.send(visitor, request.header("cookie", visitor.cookies())).await?;
        let status = response.status();
        let text = response.text().await?;
        if status.is_success() { Ok(()) } else { Err(AttackError::Answer(status, text)) }
    }

    async fn ask(&mut self, visitor: &mut Visitor, number: &Number, way: Way) -> Result<Asked, AttackError> {
        let waited = visitor.unsolved.take().filter(|(to, _)| to == number).map(|(_, challenge)| challenge);
        let mut answer = self.ask_once(visitor, number, way, &waited.unwrap_or_default()).await?;
        match (Challenge::in_answer(&answer), visitor.effort) {
            (Some(challenge), Effort::Waits) => visitor.unsolved = Some((number.clone(), challenge.unsolved())),
            (Some(challenge), Effort::Solves) => {
                if let Some(solution) = challenge.solve() {
                    visitor.hashes += solution.hashes;
                    answer = self.ask_once(visitor, number, way, &solution.payload).await?;
                }
            }
            _ => {}
        }
        if let Some(login) = answer["CodeSent"]["login"].as_str() {
            visitor.login = Some(login.to_owned());
        }
        Ok(asked(&answer))
    }

    async fn enter(&mut self, visitor: &mut Visitor, code: &str) -> Result<Entered, AttackError> {
        let login = visitor.login.clone().unwrap_or_default();
        let answer = self.call(visitor, "verify", &[("code", code), ("login", &login)]).await?;
        if answer["Verified"].is_object() {
            return Ok(Entered::SignedIn);
        }
        Ok(Entered::Refused(reason(&answer)))
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn has_codes(&self) -> bool {
        true
    }
}

/// The answer of the app, or of the tenant.
fn asked(answer: &Value) -> Asked {
    if answer["CodeSent"].is_object() || answer["_id"].is_string() {
        return Asked::Sent;
    }
    let seconds = answer["Refused"]["number"].as_u64().or_else(|| answer["retry_after"].as_u64());
    Asked::Refused { reason: reason(answer), retry_after: seconds.and_then(|seconds| u32::try_from(seconds).ok()) }
}

fn reason(answer: &Value) -> String {
    let named = answer["Refused"]["reason"].as_str().or_else(|| answer["error"].as_str());
    named.map_or_else(|| answer.to_string(), str::to_owned)
}

/// The body of an answer, which says more than its status.
async fn json_of(response: Response) -> Result<Value, AttackError> {
    let status = response.status();
    let text = response.text().await?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(members)) if status != StatusCode::INTERNAL_SERVER_ERROR => Ok(Value::Object(members)),
        _ => Err(AttackError::Answer(status, text)),
    }
}

/// What an operator sets who serves the public, and no more. The app reaches its tenant on this machine, which the flow
/// `token` is for; the tenant's API is open to others all the same.
fn own_arguments(database: &str, tenant: &str, provider: &str) -> Vec<String> {
    let arguments = [
        ("--app-base-url", BASE_URL),
        ("--tenant-public-url", tenant),
        ("--auth0-login-flow", "token"),
        ("--database-url", database),
        ("--trusted-proxies", "127.0.0.0/8"),
        ("--twilio-account-sid", "AC00000000000000000000000000000000"),
        ("--twilio-auth-token", "nobody-asks-for-it"),
        ("--twilio-from", "+15005550006"),
        ("--twilio-api-base-url", provider),
    ]
    .map(|(name, value)| [name, value]);
    ["passwordless"].iter().chain(arguments.as_flattened()).map(ToString::to_string).collect()
}

/// A folder as `pack` leaves it, without a client in it: scripts do not run it.
fn make_site(root: &Path) -> io::Result<()> {
    const HASH: &str = "AAAA-BBBB_CCCC-1234567";
    let parts = ["js", "wasm", "css"];
    fs::create_dir_all(root.join("pkg"))?;
    for part in parts {
        for compressed in ["", ".br", ".gz"] {
            fs::write(root.join(format!("pkg/client.{HASH}.{part}{compressed}")), part)?;
        }
    }
    fs::write(root.join("hash.txt"), parts.map(|part| format!("{part}: {HASH}\n")).concat())
}

async fn free() -> io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await
}

fn url(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://localhost:{}", listener.local_addr()?.port()))
}
