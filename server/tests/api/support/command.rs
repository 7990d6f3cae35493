//! Operator commands, run as an operator does.

use crate::support::program::Program;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Runs a command to its end.
pub fn passwordless(arguments: &[&str]) -> Output {
    passwordless_reading(arguments, "")
}

/// The same, with this on its standard input.
pub fn passwordless_reading(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_passwordless"))
        .args(arguments)
        .env_clear()
        .env("MY_APPLICATION_SECRET", "a-very-secret-value")
        .env("APP_BASE_URL", "https://app.example")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The output of a command on a running program's database.
pub fn said(program: &Program, arguments: &[&str]) -> String {
    let url = program.database_url();
    let output = passwordless(&[arguments, &["--database-url", url]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A file of this text.
pub fn file(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("commands-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
