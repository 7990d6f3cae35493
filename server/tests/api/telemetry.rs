//! What `RUST_LOG` does to the log.

use crate::support::{PHONE, site};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A key that the tenant does not know is a warning; the outbox in public, said after it, ends the program.
const TENANT: &str = "
clients: [{ name: Web, client_id: web, client_secret: hush, unknown: 1 }]
connections: [{ name: sms, strategy: sms }]
";
const WARNING: &str = "has no effect";

fn log(rust_log: Option<&str>) -> String {
    log_in(None, rust_log)
}

fn log_in(format: Option<&str>, rust_log: Option<&str>) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("telemetry-{}.yaml", std::process::id()));
        std::fs::write(&file, TENANT).unwrap();
        file
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
    command.args(["tenant", "--tenant-addr", "127.0.0.1:0", "--tenant-public-url", "https://login.example"]);
    // A database of its own: of programs that start at once on a new one, some find it locked.
    let database = FILE.with_extension(format!("{}.db", COUNT.fetch_add(1, Ordering::Relaxed)));
    command.args(["--database-url", &format!("sqlite:{}", database.display()), "--tenant-config"]);
    command.arg(&*FILE).arg("--leptos-site-root").arg(site::packed());
    let variables = [format.map(|value| ("LOG_FORMAT", value)), rust_log.map(|value| ("RUST_LOG", value))];
    let output = command.env_clear().envs(variables.into_iter().flatten()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn empty_filter_is_unset() {
    for rust_log in [None, Some(""), Some(" "), Some("\t")] {
        let log = log(rust_log);
        assert!(log.contains(WARNING) && !log.contains("RUST_LOG"), "{rust_log:?}: {log}");
    }
}

#[test]
fn filter_selects_what_is_logged() {
    assert!(!log(Some("error")).contains(WARNING));
    assert!(log(Some("server=warn")).contains(WARNING));
}

/// The number is in the error that the operator reads, and in no line of the log.
#[test]
fn phone_numbers_are_never_logged_whatever_the_filter() {
    let database = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("telemetry-numbers-{}.db", std::process::id()));
    for rust_log in ["trace", "rlibphonenumber=trace", "trace,rlibphonenumber::phonenumberutil=trace"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
        command.args(["users", "show", PHONE, "--database-url", &format!("sqlite:{}", database.display())]);
        let output = command.env_clear().env("RUST_LOG", rust_log).output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("4155552671")).collect();
        assert!(lines.iter().all(|line| line.contains("nobody is known as")), "{rust_log}: {lines:?}");
    }
}

#[test]
fn invalid_filter_is_reported() {
    for rust_log in ["server=loud", "a=b=c", "\"info\"", "'debug'", "info\r"] {
        let log = log(Some(rust_log));
        assert!(
            log.contains("WARN") && log.contains("RUST_LOG cannot be read, so info is logged"),
            "{rust_log}: {log}"
        );
        assert!(log.contains(WARNING), "{rust_log}: {log}");
    }
}

#[test]
fn format_is_text_or_json() {
    for text in [None, Some(""), Some("text")] {
        let log = log_in(text, None);
        assert!(log.contains(WARNING) && !log.contains("LOG_FORMAT") && !log.starts_with('{'), "{log}");
    }
    let log = log_in(Some("json"), None);
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let warning = lines.iter().find(|line| line["message"].as_str().unwrap().contains(WARNING)).unwrap();
    assert_eq!((&warning["level"], &warning["key"]), (&"WARN".into(), &"line 2: clients[0].unknown".into()));
    for other in ["JSON", "pretty", "'json'", " json"] {
        let log = log_in(Some(other), None);
        assert!(log.contains("LOG_FORMAT cannot be read, so the log is text") && log.contains(WARNING), "{log}");
    }
}
