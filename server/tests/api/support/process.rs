//! The program as a process of its own, which a test can kill.

use crate::support::{browser::Browser, log::Log, program::code_in, site};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::{Mutex, mpsc},
    thread,
};

/// A running program; dropping it kills it.
pub struct Process {
    pub app: String,
    pub tenant: String,
    /// What it has logged.
    pub log: Log,
    child: Mutex<Child>,
    ports: [u16; 2],
    arguments: Vec<String>,
}

impl Process {
    /// The app and its tenant. Returns once they listen.
    pub fn start(database_url: &str, arguments: &[&str]) -> Self {
        let ports = [free_port(), free_port()];
        let arguments = ["--database-url", database_url].iter().chain(arguments).map(ToString::to_string).collect();
        Self::on(ports, arguments, Command::new(env!("CARGO_BIN_EXE_passwordless")))
    }

    /// The same, with this as `RUST_LOG`.
    pub fn logging(database_url: &str, arguments: &[&str], rust_log: &str) -> Self {
        let ports = [free_port(), free_port()];
        let arguments = ["--database-url", database_url].iter().chain(arguments).map(ToString::to_string).collect();
        let mut command = Command::new("env");
        command.arg(format!("RUST_LOG={rust_log}")).arg(env!("CARGO_BIN_EXE_passwordless"));
        Self::on(ports, arguments, command)
    }

    /// The same for a program that cannot write files beyond this many kibibytes.
    pub fn start_with_little_room(database_url: &str, arguments: &[&str], kibibytes: u32) -> Self {
        let ports = [free_port(), free_port()];
        let arguments = ["--database-url", database_url].iter().chain(arguments).map(ToString::to_string).collect();
        let mut command = Command::new("sh");
        // Ignored signals stay ignored in the program, whose writes then fail.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kibibytes * 2);
        command.args(["-c", &script, env!("CARGO_BIN_EXE_passwordless")]);
        Self::on(ports, arguments, command)
    }

    fn on(ports: [u16; 2], arguments: Vec<String>, mut command: Command) -> Self {
        let [app, tenant] = ports.map(|port| format!("http://localhost:{port}"));
        let [app_address, tenant_address] = ports.map(|port| format!("127.0.0.1:{port}"));
        let own = [
            ["--app-base-url", &app],
            ["--leptos-site-addr", &app_address],
            ["--tenant-public-url", &tenant],
            ["--tenant-addr", &tenant_address],
        ];
        command.args(own.as_flattened()).args(&arguments).arg("--leptos-site-root").arg(site::packed());
        let mut child =
            command.env_clear().env("NO_COLOR", "1").env("RUST_LOG", "info").stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (log, (ready, is_ready)) = (Log::default(), mpsc::channel());
        let mut copy = log.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                writeln!(copy, "{line}").unwrap();
                if line.contains("the app is at") {
                    ready.send(()).unwrap();
                }
            }
        });
        assert!(is_ready.recv().is_ok(), "it did not start: {}", log.text());
        Self { app, tenant, log, child: Mutex::new(child), ports, arguments }
    }

    /// Kills it, without a warning.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        // It may have ended.
        let _ = child.kill();
        child.wait().unwrap();
    }

    /// The same program once more, with all the room there is.
    pub fn start_again(self) -> Self {
        self.kill();
        Self::on(self.ports, self.arguments.clone(), Command::new(env!("CARGO_BIN_EXE_passwordless")))
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.app)
    }

    /// The code of the newest SMS to a number.
    pub async fn code_sent_to(&self, phone_number: &str) -> Option<String> {
        let outbox = reqwest::Client::new().get(format!("{}/outbox", self.tenant)).header("accept", "application/json");
        let messages: Vec<Value> = outbox.send().await.ok()?.json().await.ok()?;
        messages.iter().find(|sms| sms["to"] == phone_number).map(code_in)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
