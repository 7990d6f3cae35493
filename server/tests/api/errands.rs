//! What operators ask of the program: it answers and ends.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tenant/tenant.example.yaml");

fn passwordless(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_passwordless"))
        .args(arguments)
        .env_clear()
        .env("MY_APPLICATION_SECRET", "a-very-secret-value")
        .env("APP_BASE_URL", "https://app.example")
        .output()
        .unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("errands-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_good_file_is_said_in_words_without_secrets() {
    let output = passwordless(&["tenant", "check", EXAMPLE]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for expected in
        ["client my-application (My application)", "https://app.example/callback", "connection sms", "6 digits"]
    {
        assert!(said.contains(expected), "{said}");
    }
    assert!(!said.contains("a-very-secret-value") && !said.contains("no effect"), "{said}");
}

#[test]
fn keys_without_effect_are_named_and_mistakes_fail() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let unknown =
        file("unknown.yaml", &example.replace("    app_type: native\n", "    app_type: native\n    foo: 1\n"));
    let output = passwordless(&["tenant", "check", unknown.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains(": clients[1].foo is not known here and has no effect"), "{said}");

    for (name, text, expected) in [
        (
            "short.yaml",
            example.replace("length: 6", "length: 3"),
            "connections[0].options.totp.length: must be from 4 to 40",
        ),
        ("variable.yaml", example.replace("MY_APPLICATION_SECRET", "NOBODYS"), "the environment has no NOBODYS"),
        ("type.yaml", example.replace("app_type: native", "app_type: game"), "clients[1].app_type"),
    ] {
        let path = file(name, &text);
        let output = passwordless(&["tenant", "check", path.to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("line ") && said.contains(expected) && !said.contains("a-very-secret-value"), "{said}");
    }
    let output = passwordless(&["tenant", "check", "/nowhere/tenant.yaml"]);
    assert!(output.status.code() == Some(1) && String::from_utf8_lossy(&output.stderr).contains("cannot be read"));
}

#[test]
fn without_messages_there_is_nothing_to_list() {
    let database = file("messages.db", "");
    let output = passwordless(&["messages", "--database-url", &format!("sqlite:{}", database.display())]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
