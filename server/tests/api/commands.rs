//! What operators ask of the program: it answers and ends.

use crate::support::{
    OTHER_PHONE, PHONE,
    browser::Browser,
    command::{file, passwordless, said},
    fake_tenant::Key,
    program::Program,
};
use leptos_passwordless::outcome::VerifyOutcome;
use rstest::rstest;
use serde_json::Value;
use std::path::{Path, PathBuf};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tenant/tenant.example.yaml");

#[test]
fn tenant_check_prints_a_valid_file_without_secrets() {
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
fn tenant_check_names_unknown_keys_and_fails_on_mistakes() {
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
fn tenant_check_warns_of_weak_settings() {
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let said = |name: &str, text: &str| {
        let output = passwordless(&["tenant", "check", file(name, text).to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        said.lines().filter_map(|line| line.strip_prefix("warning: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(said("strong.yaml", &example).is_empty());
    let weak = r"
clients:
  - { name: Web, client_id: web, client_secret: fifteen-letters }
  - { name: Phone, client_id: phone, client_secret: x, app_type: native }
connections:
  - name: sms
    strategy: sms
    options:
      totp: { length: 5, time_step: 601 }
      provider: sms_gateway
      gateway_url: http://gateway.example/hush
      fallback: [{ provider: sms_gateway, gateway_url: 'http://10.0.0.1/' }]
  - name: other
    strategy: sms
    options: { totp: { length: 6, time_step: 600 }, provider: sms_gateway, gateway_url: 'http://127.0.0.1/' }
";
    let warnings = said("weak.yaml", weak);
    let expected = [
        "client web: its client_secret has fewer than 16",
        "connection sms: codes have 5 digits; NIST SP 800-63B-4",
        "connection sms: codes are good for 601 seconds; NIST SP 800-63B-4 asks for 600 at most",
        "connection sms: numbers and codes go to http://gateway.example without TLS",
        "connection sms: numbers and codes go to http://10.0.0.1 without TLS",
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.starts_with(expected) && !warning.contains("hush"), "{warning}");
    }
}

#[test]
fn messages_of_an_empty_database_prints_nothing() {
    let database = file("messages.db", "");
    let output = passwordless(&["messages", "--database-url", &format!("sqlite:{}", database.display())]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn signs_in(program: &Program) -> bool {
    let browser = program.browser();
    browser.start(PHONE).await;
    let Some(code) = program.codes_sent_to(PHONE).await.into_iter().next() else { return false };
    matches!(browser.verify(&code).await, VerifyOutcome::Verified { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_blocked_unblocked_and_deleted() {
    let unlimited = ["--auth0-login-flow", "token", "--limit-starts-per-phone-hour", "0"];
    let program = Program::both(&unlimited).await;
    assert_eq!(said(&program, &["users", "list"]), "");
    assert!(signs_in(&program).await);
    let listed = said(&program, &["users", "list"]);
    assert!(
        listed.starts_with("sms|") && listed.contains("  +14•••••••71  sms  ") && !listed.contains(PHONE),
        "{listed}"
    );
    let person: Value =
        serde_json::from_str(&said(&program, &["users", "show", PHONE, "--json", "--unmasked"])).unwrap();
    assert_eq!((&person["phone_number"], &person["blocked"]), (&PHONE.into(), &false.into()));
    let id = person["user_id"].as_str().unwrap();

    assert!(said(&program, &["users", "block", id]).trim_end().ends_with("  blocked"));
    assert!(!signs_in(&program).await);
    assert!(!said(&program, &["users", "unblock", PHONE]).contains("blocked"));
    assert!(signs_in(&program).await);
    assert!(said(&program, &["users", "delete", id]).contains(id));
    assert_eq!(said(&program, &["users", "list"]), "");
    assert!(signs_in(&program).await);
    assert!(!said(&program, &["users", "list"]).contains(id));
}

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test(flavor = "multi_thread")]
async fn users_block_and_delete_end_sessions(#[case] flow: &str) {
    for command in ["block", "delete"] {
        let program = Program::both(&["--auth0-login-flow", flow]).await;
        let (browser, other) = (program.browser(), program.browser());
        browser.sign_in(&program, PHONE).await;
        other.sign_in(&program, OTHER_PHONE).await;
        said(&program, &["users", command, PHONE]);
        assert!(!browser.is_signed_in().await, "{flow}, {command}");
        assert!(other.is_signed_in().await, "{flow}, {command}");
    }
}

/// Who kept the cookie that the login had before its end could repeat the last step for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn users_block_prevents_a_repeated_verify() {
    for command in ["block", "delete"] {
        let program = Program::both(&["--auth0-login-flow", "token"]).await;
        let browser = Browser::without_cookies(&program.app);
        let started = browser.call("start").form(&[("phone_number", PHONE)]).send().await.unwrap();
        let login = started.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap_or_default();
        let code = program.code_sent_to(PHONE).await;
        let verify = async || {
            let call = browser.call("verify").header("cookie", login).form(&[("code", &code)]);
            call.send().await.unwrap().json::<VerifyOutcome>().await.unwrap()
        };
        for _ in 0..2 {
            assert!(matches!(verify().await, VerifyOutcome::Verified { .. }));
        }
        said(&program, &["users", command, PHONE]);
        assert!(matches!(verify().await, VerifyOutcome::Refused(_)), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_unblock_resets_failed_attempts() {
    let unlimited = ["--auth0-login-flow", "token", "--limit-starts-per-phone-hour", "0"];
    let program = Program::both(&unlimited).await;
    assert!(signs_in(&program).await);
    let guessing = program.browser();
    guessing.start(PHONE).await;
    for _ in 0..11 {
        guessing.verify("000000").await;
    }
    assert!(!signs_in(&program).await);
    said(&program, &["users", "unblock", PHONE]);
    assert!(signs_in(&program).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_show_events_and_no_phone_number() {
    let program = Program::both(&["--auth0-login-flow", "token"]).await;
    assert!(signs_in(&program).await);
    let log = said(&program, &["logs"]);
    assert!(["  cs  ", "  ss  ", "  sepotpft  "].iter().all(|event| log.contains(event)), "{log}");
    assert!(!log.contains(PHONE), "{log}");
    let newest = said(&program, &["logs", "1", "--json"]);
    assert_eq!(newest.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&newest).unwrap()["client_id"], "passwordless");
}

#[test]
fn users_commands_fail_for_an_unknown_user() {
    let url = format!("sqlite:{}", file("nobody.db", "").display());
    for command in ["show", "block", "unblock", "delete"] {
        let output = passwordless(&["users", command, "sms|0123", "--database-url", &url]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains("nobody is known as sms|0123"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_and_rotated() {
    let program = Program::both(&[]).await;
    let kids = |listed: &str| -> Vec<(String, String)> {
        let words = listed.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        words.map(|words| (words[0].clone(), words[1].clone())).collect()
    };
    let before = kids(&said(&program, &["keys", "list"]));
    let states: Vec<_> = before.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(states, ["current", "next", "current", "next", "current"]);
    assert_eq!(before[4].0, "(codes)");

    let rotated = said(&program, &["keys", "rotate"]);
    let after = kids(&rotated);
    assert_eq!(after, kids(&said(&program, &["keys", "list"])));
    let codes: Vec<_> = after.iter().filter(|(kid, _)| kid == "(codes)").map(|(_, state)| state.as_str()).collect();
    assert_eq!(codes, ["current", "retired"]);
    for (algorithm, before) in [("RS256", &before[..2]), ("ES256", &before[2..4])] {
        let lines = rotated.lines().filter(|line| line.ends_with(algorithm)).collect::<Vec<_>>().join("\n");
        let after = kids(&lines);
        let kid = |state: &str| after.iter().find(|(_, s)| s == state).map(|(kid, _)| kid.clone()).unwrap();
        assert_eq!((kid("current"), kid("retired")), (before[1].0.clone(), before[0].0.clone()));
        assert!(!before.iter().any(|(old, _)| *old == kid("next")));
    }
}

#[test]
fn keys_from_files_are_used_and_not_rotated() {
    let (signing, code) = (file("signing.pem", &Key::generate().pem()), file("code.key", &"k".repeat(43)));
    let url = format!("sqlite:{}", file("own-keys.db", "").display());
    let keys = |command: &str, signing: &Path| {
        let (signing, code) = (signing.to_str().unwrap(), code.to_str().unwrap());
        let files = ["--tenant-signing-key-file", signing, "--tenant-code-key-file", code];
        passwordless(&[&["keys", command, "--database-url", &url], &files[..]].concat())
    };
    let listed = keys("list", &signing);
    let said = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.status.success() && said.lines().count() == 1 && said.contains("  current  "), "{said}");
    for (command, file, expected) in [
        ("rotate", &signing, "the signing key comes from TENANT_SIGNING_KEY"),
        ("list", &code, "it is not PKCS#8 in PEM"),
        ("list", &PathBuf::from("/nowhere"), "/nowhere cannot be read"),
    ] {
        let output = keys(command, file);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains(expected), "{error}");
    }
}
