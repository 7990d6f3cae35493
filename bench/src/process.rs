//! A server as a process of its own, on one core.

use crate::{
    browser::client,
    error::BenchError,
    usage::{Cpu, peak_memory},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Where servers run; the Makefile puts the driver on another.
const CORE: &str = "0";
const READY_POLL: Duration = Duration::from_millis(2);
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How a server is started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// Answers once the server does.
    pub(crate) health: String,
}

impl Program {
    /// With a variable of its environment.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// From its start to its first answer.
    pub(crate) start_up: Duration,
}

impl Server {
    /// Starts a server and waits until it answers. What it logs goes to a file in the folder.
    pub(crate) async fn start(program: &Program, folder: &Path) -> Result<Self, BenchError> {
        let log = folder.join(format!("{}.log", program.name.replace(|c: char| !c.is_alphanumeric(), "-")));
        let output = File::create(&log)?;
        let mut command = Command::new("taskset");
        command.args(["-c", CORE]).args(&program.command).envs(program.environment.clone());
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let began = now();
        let child = command.spawn().map_err(|source| not_started(&program.command, source))?;
        let mut server = Self { child, log, start_up: Duration::ZERO };
        if !answers(&mut server.child, &program.health, began).await? {
            return Err(BenchError::NotReady(program.name, server.log.clone()));
        }
        server.start_up = began.elapsed();
        Ok(server)
    }

    /// `taskset` becomes the program.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn cpu(&self) -> Result<Cpu, BenchError> {
        Cpu::of(self.process())
    }

    pub(crate) fn peak_memory(&self) -> Result<u64, BenchError> {
        peak_memory(self.process())
    }

    /// How many lines it has logged.
    pub(crate) fn logged(&self) -> Result<usize, BenchError> {
        Ok(fs::read_to_string(&self.log)?.lines().count())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Asks until the server answers; `false` if it ended or takes too long.
async fn answers(child: &mut Child, health: &str, began: Instant) -> Result<bool, BenchError> {
    let http = client()?;
    let mut poll = tokio::time::interval(READY_POLL);
    while began.elapsed() < READY_WITHIN && child.try_wait()?.is_none() {
        poll.tick().await;
        if http.get(health).send().await.is_ok_and(|response| response.status().is_success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn not_started(command: &[String], source: std::io::Error) -> BenchError {
    BenchError::Start { program: command.first().cloned().unwrap_or_default(), source }
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
