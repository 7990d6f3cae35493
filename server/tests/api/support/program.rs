use crate::support::{browser::Browser, clock::TestClock, site};
use clap::{CommandFactory, FromArgMatches, Parser};
use serde_json::Value;
use server::{
    cli::Cli,
    config::{Config, Mode},
    startup::{Application, Clocks, Listeners},
    telemetry,
};
use sqlx::AnyPool;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use test_database::TestDatabase;
use tokio::net::TcpListener;

const IPV6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// The program, running on free ports with a database of its own.
pub struct Program {
    pub app: String,
    pub tenant: String,
    pub clock: TestClock,
    database: Arc<TestDatabase>,
}

impl Program {
    /// The app and its tenant.
    pub async fn both(arguments: &[&str]) -> Self {
        let listeners = Listeners { app: Some(free().await), tenant: Some(free().await), metrics: None };
        Self::start(Mode::Both, listeners, arguments).await
    }

    /// The app and its tenant by an IPv6 address; `None` where this machine has none.
    pub async fn on_ipv6(arguments: &[&str]) -> Option<Self> {
        let (app, tenant) = (bound(IPV6).await.ok()?, bound(IPV6).await.ok()?);
        Some(
            Self::start(Mode::Both, Listeners { app: Some(app), tenant: Some(tenant), metrics: None }, arguments).await,
        )
    }

    /// The app and a tenant that is configured by a file, in which `CALLBACK_URL` is the app's callback.
    pub async fn with_tenant_yaml(yaml: &str, arguments: &[&str]) -> Self {
        let listeners = Listeners { app: Some(free().await), tenant: Some(free().await), metrics: None };
        let callback = format!("{}/callback", origin(listeners.app.as_ref()));
        let file = new_file("yaml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, yaml.replace("CALLBACK_URL", &callback)).unwrap();
        let from_file = ["--tenant-config", file.to_str().unwrap()];
        Self::start(Mode::Both, listeners, &[&from_file[..], arguments].concat()).await
    }

    /// The app alone, with a tenant elsewhere.
    pub async fn app(tenant: &str, arguments: &[&str]) -> Self {
        let listeners = Listeners { app: Some(free().await), tenant: None, metrics: None };
        let elsewhere = ["--auth0-domain", tenant, "--auth0-client-id", "client", "--auth0-client-secret", "secret"];
        Self::start(Mode::App, listeners, &[&elsewhere[..], arguments].concat()).await
    }

    /// The tenant alone, configured by a file.
    pub async fn tenant(yaml: &str) -> Self {
        let listeners = Listeners { app: None, tenant: Some(free().await), metrics: None };
        let file = new_file("yaml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, yaml).unwrap();
        Self::start(Mode::Tenant, listeners, &["tenant", "--tenant-config", file.to_str().unwrap()]).await
    }

    /// An app and a tenant that share nothing but HTTP. In the tenant's file, `APP_URL` is the app.
    pub async fn apart(yaml: &str, arguments: &[&str]) -> (Self, Self) {
        let listeners = Listeners { app: Some(free().await), tenant: None, metrics: None };
        let tenant = Self::tenant(&yaml.replace("APP_URL", &origin(listeners.app.as_ref()))).await;
        let elsewhere = ["--auth0-domain", &tenant.tenant, "--auth0-client-id", "client"];
        let arguments = [&elsewhere[..], &["--auth0-client-secret", "secret"], arguments].concat();
        let app = Self::start(Mode::App, listeners, &arguments).await;
        (Self { tenant: tenant.tenant.clone(), ..app }, tenant)
    }

    /// What the program says where it does not start.
    pub async fn refusal(yaml: &str, arguments: &[&str]) -> String {
        let file = new_file("yaml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, yaml).unwrap();
        let database = TestDatabase::empty().await;
        let own = ["passwordless", "--tenant-config", file.to_str().unwrap(), "--database-url", &database.url];
        let mut cli = Cli::try_parse_from(own.iter().chain(arguments)).unwrap();
        cli.config.leptos_site_root = site::packed().into();
        let built = match cli.mode() {
            Ok(mode) => Application::build(mode, cli.config, Listeners::default(), Clocks::system()).await,
            Err(error) => return error.to_string(),
        };
        built.err().map(|error| telemetry::chain(&error)).unwrap_or_default()
    }

    /// The app and its tenant, with clients that may not take long.
    pub async fn in_a_hurry(arguments: &[&str]) -> Self {
        let listeners = Listeners { app: Some(free().await), tenant: Some(free().await), metrics: None };
        let hurry = |config: &mut Config| {
            config.connections.head_timeout = Duration::from_secs(2);
            config.connections.idle_timeout = Duration::from_secs(3);
        };
        Self::configured(Mode::Both, listeners, (Arc::new(TestDatabase::empty().await), arguments), hurry).await
    }

    /// The app and its tenant, on a database that there is already.
    pub async fn on_database(database: Arc<TestDatabase>, arguments: &[&str]) -> Self {
        let listeners = Listeners { app: Some(free().await), tenant: Some(free().await), metrics: None };
        Self::configured(Mode::Both, listeners, (database, arguments), |_| ()).await
    }

    async fn start(mode: Mode, listeners: Listeners, arguments: &[&str]) -> Self {
        Self::configured(mode, listeners, (Arc::new(TestDatabase::empty().await), arguments), |_| ()).await
    }

    async fn configured(
        mode: Mode,
        listeners: Listeners,
        (database, arguments): (Arc<TestDatabase>, &[&str]),
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let (app, tenant) = (origin(listeners.app.as_ref()), origin(listeners.tenant.as_ref()));
        let url = &database.url;
        let own = ["passwordless", "--app-base-url", &app, "--tenant-public-url", &tenant, "--database-url", url];
        let command = Cli::command().args_override_self(true);
        let matches = command.try_get_matches_from(own.iter().chain(arguments)).unwrap();
        let mut cli = Cli::from_arg_matches(&matches).unwrap();
        cli.config.leptos_site_root = site::packed().into();
        assert_eq!(cli.mode().unwrap(), mode);
        if mode == Mode::App {
            // Some tenants elsewhere never answer.
            cli.config.tenant_timeout = Duration::from_secs(1);
        }
        configure(&mut cli.config);
        let clock = TestClock::default();
        let application = Application::build(mode, cli.config, listeners, clock.for_both()).await;
        let application = application.unwrap_or_else(|error| panic!("{}", telemetry::chain(&error)));
        tokio::spawn(application.run_until(std::future::pending()));
        Self { app, tenant, clock, database }
    }

    /// A new browser, without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.app)
    }

    /// The code of the newest SMS to a number.
    pub async fn code_sent_to(&self, phone_number: &str) -> String {
        let code = self.codes_sent_to(phone_number).await.into_iter().next();
        code.unwrap_or_else(|| panic!("no SMS went to {phone_number}"))
    }

    /// The codes of all SMS to a number, newest first.
    pub async fn codes_sent_to(&self, phone_number: &str) -> Vec<String> {
        self.messages_to(phone_number).await.iter().map(code_in).collect()
    }

    /// The text of the newest SMS to a number.
    pub async fn text_sent_to(&self, phone_number: &str) -> String {
        self.messages_to(phone_number).await[0]["body"].as_str().unwrap().to_owned()
    }

    /// All SMS to a number, newest first.
    pub async fn messages_to(&self, phone_number: &str) -> Vec<Value> {
        let messages = self.messages().await.into_iter();
        messages.filter(|sms| sms["to"] == phone_number).collect()
    }

    /// All SMS, newest first.
    pub async fn messages(&self) -> Vec<Value> {
        messages(&self.tenant).await.unwrap()
    }

    /// Where the database is.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Connections to the database.
    pub async fn connect(&self) -> AnyPool {
        self.database.connect().await
    }

    /// How many sessions are kept.
    pub async fn sessions(&self) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(&self.connect().await).await.unwrap()
    }

    /// Everything that the database holds, as bytes.
    pub async fn database(&self) -> Vec<u8> {
        self.database.content().await
    }
}

/// All SMS of a tenant, newest first; `None` where it does not answer.
pub async fn messages(tenant: &str) -> Option<Vec<Value>> {
    let request = reqwest::Client::new().get(format!("{tenant}/outbox")).header("accept", "application/json");
    request.send().await.ok()?.json().await.ok()
}

/// The code in an SMS.
pub fn code_in(sms: &Value) -> String {
    sms["body"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect()
}

async fn free() -> TcpListener {
    bound(IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap()
}

async fn bound(address: IpAddr) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address, 0)).await
}

fn origin(listener: Option<&TcpListener>) -> String {
    match listener.map(|listener| listener.local_addr().unwrap()) {
        Some(SocketAddr::V6(address)) => format!("http://{address}"),
        address => format!("http://localhost:{}", address.map_or(3001, |address| address.port())),
    }
}

/// A file of this process, of which only the path is there yet.
pub fn new_file(extension: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
    folder.join(format!("{}.{extension}", COUNT.fetch_add(1, Ordering::SeqCst)))
}

/// Two wrong codes, different from the right one.
pub fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect()
}
