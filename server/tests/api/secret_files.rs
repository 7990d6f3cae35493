//! Secrets from files: each variable that is a secret, and the one with `_FILE` after its name.

use crate::support::{command::file, site};
use clap::CommandFactory;
use server::cli::Cli;
use std::{
    path::Path,
    process::{Command, Output},
};

/// The secrets, as the names of their variables.
const SECRETS: [&str; 5] =
    ["AUTH0_CLIENT_SECRET", "DATABASE_URL", "TENANT_CODE_KEY", "TENANT_SIGNING_KEY", "TWILIO_AUTH_TOKEN"];
const HUSH: &str = "hush-which-nothing-else-contains";

fn check(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).env_clear().env("LEPTOS_SITE_ROOT", site::packed());
    command.arg("--check").envs(variables.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_secret_is_also_read_from_a_file() {
    let command = Cli::command();
    let hidden = command.get_arguments().filter(|arg| arg.is_hide_env_values_set());
    let mut secrets: Vec<_> = hidden.map(|arg| arg.get_env().unwrap().to_str().unwrap()).collect();
    secrets.sort_unstable();
    assert_eq!(secrets, SECRETS, "each of them is in this test");
    let variables: Vec<_> = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    for secret in SECRETS {
        let name = format!("{secret}_FILE");
        assert!(variables.contains(&name.as_str()), "{name}");
        let (missing, empty) = ("/nowhere/secret", file(&format!("empty-{secret}"), "\n"));
        let quoted = file(&format!("quoted-{secret}"), &format!("\"{HUSH}\"\n"));
        for (value, expected) in
            [(missing, "cannot be read"), (path(&empty), "is empty"), (path(&quoted), "remove the quotes")]
        {
            let output = check(&[(&name, value)]);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(&name) && said.contains(expected) && !said.contains(HUSH), "{said}");
        }
        let output = check(&[(&name, missing), (secret, "something")]);
        assert_eq!(output.status.code(), Some(2), "one of both: {}", self::said(&output));
    }
}

#[test]
fn secrets_in_files_have_their_effect() {
    let database = file("secret.db", "");
    let url = file("url", &format!("sqlite:{}\n", database.display()));
    let token = file("token", &format!("{HUSH}\r\n"));
    let short = file("short-key", "short\n");
    let twilio = [("TWILIO_ACCOUNT_SID", "AC0"), ("TWILIO_FROM", "+15005550006")];
    let files = [
        ("DATABASE_URL_FILE", path(&url)),
        ("TWILIO_AUTH_TOKEN_FILE", path(&token)),
        ("AUTH0_CLIENT_ID", "web"),
        ("AUTH0_CLIENT_SECRET_FILE", path(&token)),
    ];
    let output = check(&[&twilio[..], &files].concat());
    assert!(output.status.success(), "{}", said(&output));
    assert!(std::fs::metadata(&database).unwrap().len() > 0, "the tables are in that database");
    let output = check(&[&files[..1], &twilio].concat());
    assert!(said(&output).contains("for real SMS set"), "without the token: {}", said(&output));
    let output = check(&[files[0], ("TENANT_CODE_KEY_FILE", path(&short))]);
    assert!(said(&output).contains("at least 32 random bytes"), "{}", said(&output));
}

#[test]
fn variables_of_a_tenant_yaml_are_read_from_files_too() {
    let yaml = "clients: [{ name: Web, client_id: web, client_secret: '##HUSH##', app_type: regular_web, \
                callbacks: ['http://localhost:3000/callback'] }]\nconnections: [{ name: sms, strategy: sms }]\n";
    let (yaml, secret) = (file("secret.yaml", yaml), file("secret", &format!("{HUSH}\n")));
    let own = [("DATABASE_URL", "sqlite::memory:"), ("TENANT_CONFIG", path(&yaml))];
    let output = check(&[&own[..], &[("HUSH_FILE", path(&secret))]].concat());
    assert!(said(&output).contains("ok      configuration"), "{}", said(&output));
    assert!(said(&check(&own)).contains("the environment has no HUSH"));
}
