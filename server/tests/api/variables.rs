//! The environment: an empty variable is unset, a value in quotes or spaces is named.

use clap::CommandFactory;
use server::cli::Cli;
use std::{
    path::PathBuf,
    process::{Command, Output},
};

/// A command that reads the whole configuration and uses the database alone.
const ERRAND: &str = "messages";

/// Every variable that is a flag too.
fn all() -> Vec<String> {
    let command = Cli::command();
    command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned())).collect()
}

fn passwordless(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("variables-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
    command.current_dir(folder).args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn empty_variable_is_unset() {
    for empty in ["", " ", "\t\n"] {
        let names = all();
        let variables: Vec<_> = names.iter().map(|name| (name.as_str(), empty)).collect();
        assert!(variables.contains(&("LIMIT_COUNTRIES", empty)) && variables.contains(&("TWILIO_FROM", empty)));
        let output = passwordless(&[ERRAND], &variables);
        assert!(output.status.success(), "{empty:?}: {}", error(&output));
    }
}

#[test]
fn empty_secret_stops_the_start() {
    let elsewhere = [("AUTH0_DOMAIN", "demo.eu.auth0.com"), ("AUTH0_CLIENT_ID", "client")];
    for empty in ["", " "] {
        let output = passwordless(&[], &[&elsewhere[..], &[("AUTH0_CLIENT_SECRET", empty)]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", error(&output));
        assert!(error(&output).contains("AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET must be set too"));

        let output = passwordless(&["--auth0-client-secret", empty], &elsewhere);
        assert_eq!(output.status.code(), Some(2), "{}", error(&output));
        assert!(error(&output).contains("--auth0-client-secret"));
    }
}

#[test]
fn quoted_value_is_named_and_not_shown() {
    for name in all() {
        for value in ["\"hush-1\"", "'hush-1'", " \"hush-1\"\r"] {
            let output = passwordless(&[ERRAND], &[(&name, value)]);
            let said = error(&output);
            assert_eq!(output.status.code(), Some(1), "{name}: {said}");
            assert!(said.contains(&format!("{name} is in quotes")) && said.contains("remove the quotes"), "{said}");
            assert!(!said.contains("hush"), "{said}");
        }
    }
}

#[test]
fn spaces_around_a_value_are_named() {
    for value in ["client ", " client", "client\r"] {
        let output = passwordless(&[ERRAND], &[("AUTH0_CLIENT_ID", value)]);
        let said = error(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("AUTH0_CLIENT_ID begins or ends with a space or a line break"), "{said}");
    }
}

#[test]
fn quotes_inside_a_value_are_part_of_it() {
    for value in ["a\"b", "\"ab", "it's", "'"] {
        let output = passwordless(&[ERRAND], &[("AUTH0_CLIENT_SECRET", value)]);
        assert!(output.status.success(), "{value}: {}", error(&output));
    }
}
