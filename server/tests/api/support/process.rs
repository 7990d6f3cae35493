//! The program as an operator runs it: a process, reached by HTTP, which a test can kill.

use crate::support::{
    browser::Browser,
    log::Log,
    program::{code_in, messages},
    site,
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};
use test_database::TestDatabase;

const PROGRAM: &str = env!("CARGO_BIN_EXE_passwordless");

/// A running program; dropping it kills it.
pub struct Process {
    pub app: String,
    pub tenant: String,
    pub metrics: String,
    /// What it has logged.
    pub log: Log,
    /// Reads what it writes to standard error.
    reader: Option<JoinHandle<()>>,
    child: Mutex<Child>,
    launch: Launch,
    database: Option<TestDatabase>,
}

/// How it was started.
#[derive(Clone)]
struct Launch {
    /// Of its own, so that the ports are free.
    host: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Process {
    /// The app with its tenant, and metrics, on a database of its own.
    pub async fn both(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let database = TestDatabase::empty().await;
        let launch = Launch::new(&["serve"], &database.url, arguments, variables);
        launch.run(Command::new(PROGRAM)).with(database)
    }

    /// The tenant alone, for others at `https://login.example`.
    pub async fn tenant(arguments: &[&str]) -> Self {
        let database = TestDatabase::empty().await;
        let public = ["--tenant-public-url", "https://login.example"];
        let launch = Launch::new(&["tenant"], &database.url, &[&public[..], arguments].concat(), &[]);
        launch.run(Command::new(PROGRAM)).with(database)
    }

    /// The app with its tenant, on this database.
    pub fn start(database_url: &str, arguments: &[&str]) -> Self {
        Launch::new(&["serve"], database_url, arguments, &[]).run(Command::new(PROGRAM))
    }

    /// The same, with this as `RUST_LOG`.
    pub fn logging(database_url: &str, arguments: &[&str], rust_log: &str) -> Self {
        Launch::new(&["serve"], database_url, arguments, &[("RUST_LOG", rust_log)]).run(Command::new(PROGRAM))
    }

    /// The same for a program that cannot write files beyond this many kibibytes.
    pub fn start_with_little_room(database_url: &str, arguments: &[&str], kibibytes: u32) -> Self {
        let mut command = Command::new("sh");
        // Ignored signals stay ignored in the program, whose writes then fail.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kibibytes * 2);
        command.args(["-c", &script, PROGRAM]);
        Launch::new(&["serve"], database_url, arguments, &[]).run(command)
    }

    /// Keeps the database for as long as the program runs.
    fn with(mut self, database: TestDatabase) -> Self {
        self.database = Some(database);
        self
    }

    /// Kills it, without a warning.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        // It may have ended.
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// As process managers end it.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child.lock().unwrap()), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.lock().unwrap().wait().unwrap()
    }

    /// Ends the program at once; returns all that it has logged.
    pub fn end(mut self) -> String {
        self.kill();
        self.reader.take().unwrap().join().unwrap();
        self.log.text()
    }

    /// The same program once more, with all the room there is.
    pub fn start_again(self) -> Self {
        self.kill();
        self.launch.clone().run(Command::new(PROGRAM))
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.app)
    }

    /// The code of the newest SMS to a number; `None` where there is none, or no answer.
    pub async fn newest_code(&self, phone_number: &str) -> Option<String> {
        messages(&self.tenant).await?.iter().find(|sms| sms["to"] == phone_number).map(code_in)
    }

    /// The code of the newest SMS to a number.
    pub async fn code_sent_to(&self, phone_number: &str) -> String {
        self.newest_code(phone_number).await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Launch {
    fn new(command: &[&str], database_url: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(2);
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let host = format!("127.{high}.{low}.{}", COUNT.fetch_add(1, Ordering::SeqCst));
        let arguments = command.iter().chain(arguments).map(ToString::to_string).collect();
        let own = [("DATABASE_URL", database_url), ("NO_COLOR", "1")];
        let variables = own.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { host, arguments, variables: variables.collect() }
    }

    fn run(self, mut command: Command) -> Process {
        let [app, tenant, metrics] = [3000, 3001, 3002].map(|port| format!("{}:{port}", self.host));
        command.env_clear().env("APP_BASE_URL", format!("http://{app}")).env("LEPTOS_SITE_ADDR", &app);
        command.env("TENANT_PUBLIC_URL", format!("http://{tenant}")).env("TENANT_ADDR", &tenant);
        command.env("METRICS_ADDR", &metrics).env("LEPTOS_SITE_ROOT", site::packed());
        command.envs(self.variables.iter().cloned()).args(&self.arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let is_tenant = self.arguments[0] == "tenant";
        let (reader, log) = logged_by(&mut child, if is_tenant { "the tenant is at" } else { "the app is at" });
        let [app, tenant, metrics] = [app, tenant, metrics].map(|address| format!("http://{address}"));
        Process {
            app,
            tenant,
            metrics,
            log,
            reader: Some(reader),
            child: Mutex::new(child),
            launch: self,
            database: None,
        }
    }
}

/// Waits until the program says this; its sockets are there before.
fn logged_by(child: &mut Child, said: &'static str) -> (JoinHandle<()>, Log) {
    let log = Log::default();
    let (sender, receiver) = mpsc::channel();
    let (mut lines, mut copy) = (BufReader::new(child.stderr.take().unwrap()).lines(), log.clone());
    let reader = thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            writeln!(copy, "{line}").unwrap();
            if line.contains(said) {
                let _ = sender.send(());
            }
        }
    });
    assert!(receiver.recv().is_ok(), "it ended: {}", log.text());
    (reader, log)
}
