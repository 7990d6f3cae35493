//! The program as an operator runs it: a process, reached by HTTP, stopped by signals.

use crate::support::{browser::Browser, log::Log, program::codes_sent_to, site};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};
use test_database::TestDatabase;

pub struct Process {
    pub app: String,
    pub tenant: String,
    pub metrics: String,
    child: Child,
    /// Reads what it writes to standard error.
    reader: Option<JoinHandle<()>>,
    log: Log,
    _database: TestDatabase,
}

impl Process {
    /// The app with its tenant, and metrics.
    pub async fn both(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start(&["serve"], arguments, variables).await
    }

    /// The tenant alone, for others at `https://login.example`.
    pub async fn tenant(arguments: &[&str]) -> Self {
        let public = ["--tenant-public-url", "https://login.example"];
        Self::start(&["tenant"], &[&public[..], arguments].concat(), &[]).await
    }

    /// Each has an address of its own, so that its ports are free.
    async fn start(command: &[&str], arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(2);
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let host = format!("127.{high}.{low}.{}", COUNT.fetch_add(1, Ordering::SeqCst));
        let database = TestDatabase::empty().await;
        let [app, tenant, metrics] = [3000, 3001, 3002].map(|port| format!("{host}:{port}"));
        let mut program = Command::new(env!("CARGO_BIN_EXE_passwordless"));
        program.env_clear().env("APP_BASE_URL", format!("http://{app}")).env("LEPTOS_SITE_ADDR", &app);
        program.env("TENANT_PUBLIC_URL", format!("http://{tenant}")).env("TENANT_ADDR", &tenant);
        program.env("METRICS_ADDR", &metrics).env("DATABASE_URL", &database.url);
        program.env("LEPTOS_SITE_ROOT", site::packed()).envs(variables.iter().copied());
        program.args(command).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let (reader, log) =
            started(&mut child, if command == ["tenant"] { "the tenant is at" } else { "the app is at" });
        let [app, tenant, metrics] = [app, tenant, metrics].map(|address| format!("http://{address}"));
        Self { app, tenant, metrics, child, reader: Some(reader), log, _database: database }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.app)
    }

    /// As process managers end it.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Ends the program at once; returns all that it has logged.
    pub fn end(mut self) -> String {
        self.child.kill().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.log.text()
    }

    /// The code of the newest SMS to a number.
    pub async fn code_sent_to(&self, phone_number: &str) -> String {
        codes_sent_to(&self.tenant, phone_number).await.remove(0)
    }
}

/// Waits until the program says this; its sockets are there before.
fn started(child: &mut Child, said: &'static str) -> (JoinHandle<()>, Log) {
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

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
