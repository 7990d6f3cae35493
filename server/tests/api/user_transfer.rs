//! Users that come from Auth0, and go there.

use crate::support::{
    OTHER_PHONE, PHONE,
    command::{file, passwordless, passwordless_reading, said},
    program::Program,
};
use serde_json::{Value, json};
use std::process::Output;

const ID: &str = "sms|5f7c8ec7c33c6c004bbafe82";
const OTHER_ID: &str = "sms|5f7c8ec7c33c6c004bbafe83";
const FLOW: [&str; 2] = ["--auth0-login-flow", "token"];

/// A user as Auth0's export has it.
fn user(id: &str, number: &str) -> Value {
    json!({
        "user_id": id, "phone_number": number, "phone_verified": true, "name": number, "logins_count": 12,
        "identities": [{ "user_id": &id[4..], "provider": "sms", "connection": "sms", "isSocial": false }],
        "created_at": "2020-10-06T15:36:39.478Z", "updated_at": "2024-01-02T03:04:05.006Z",
        "last_login": "2024-01-02T03:04:05.006Z",
    })
}

/// An empty database.
fn database(name: &str) -> String {
    let path = file("x", "").with_file_name(name);
    // The folder has the name of the process, and an earlier one may have had the same.
    let _ = std::fs::remove_file(&path);
    format!("sqlite:{}", path.display())
}

fn import(url: &str, lines: &str) -> Output {
    passwordless_reading(&["users", "import", "-", "--database-url", url], lines)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn export(url: &str) -> String {
    let output = passwordless(&["users", "export", "--database-url", url]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_person_signs_in_as_who_they_were() {
    let program = Program::both(&FLOW).await;
    let path = file("one.json", &format!("{}\n", user(ID, PHONE)));
    assert_eq!(said(&program, &["users", "import", path.to_str().unwrap()]), "1 new, 0 known, 0 skipped\n");
    program.browser().sign_in(&program, PHONE).await;
    let known: Value = serde_json::from_str(&said(&program, &["users", "list", "--json"])).unwrap();
    assert_eq!((&known["user_id"], &known["created_at"]), (&ID.into(), &"2020-10-06T15:36:39Z".into()));
}

#[test]
fn an_import_can_be_repeated_and_exported_again() {
    let url = database("repeat.db");
    let lines = format!("\u{feff}{}\r\n\n{}", user(ID, PHONE), user(OTHER_ID, OTHER_PHONE));
    for said in ["2 new, 0 known, 0 skipped\n", "0 new, 2 known, 0 skipped\n"] {
        let output = import(&url, &lines);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), said);
    }
    let exported = export(&url);
    let people: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(people.len(), 2);
    for (person, expected) in people.iter().zip([user(ID, PHONE), user(OTHER_ID, OTHER_PHONE)]) {
        for field in ["user_id", "phone_number", "phone_verified", "name", "identities", "created_at", "last_login"] {
            assert_eq!(person[field], expected[field]);
        }
    }
    let elsewhere = database("elsewhere.db");
    assert!(import(&elsewhere, &exported).status.success());
    assert_eq!(export(&elsewhere), exported);
}

#[test]
fn a_later_import_follows_the_number_and_never_unblocks() {
    let url = database("later.db");
    assert!(import(&url, &user(ID, PHONE).to_string()).status.success());
    let mut later = user(ID, OTHER_PHONE);
    later["blocked"] = true.into();
    later["last_login"] = "2023-01-01T00:00:00Z".into();
    assert!(import(&url, &later.to_string()).status.success());
    assert!(import(&url, &user(ID, OTHER_PHONE).to_string()).status.success());
    let person: Value = serde_json::from_str(&export(&url)).unwrap();
    assert_eq!((&person["phone_number"], &person["blocked"]), (&OTHER_PHONE.into(), &true.into()));
    assert_eq!(person["last_login"], "2024-01-02T03:04:05.006Z", "the later sign-in counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_by_an_import_is_signed_out() {
    let program = Program::both(&FLOW).await;
    said(&program, &["users", "import", file("all.json", &user(ID, PHONE).to_string()).to_str().unwrap()]);
    let browser = program.browser();
    browser.sign_in(&program, PHONE).await;
    let mut blocked = user(ID, PHONE);
    blocked["blocked"] = true.into();
    said(&program, &["users", "import", file("blocked.json", &blocked.to_string()).to_str().unwrap()]);
    assert!(!browser.is_signed_in().await);
}

#[test]
fn bad_lines_are_reported_by_number_and_skipped() {
    let url = database("bad.db");
    let lines = [
        user(ID, PHONE).to_string(),
        "no JSON".to_owned(),
        user("auth0|5f7c8ec7c33c6c004bbafe82", PHONE).to_string(),
        user(OTHER_ID, PHONE).to_string(),
        format!("{{\"a\": \"{}\"}}", "a".repeat(70_000)),
        user(OTHER_ID, "+1415").to_string(),
        user(OTHER_ID, OTHER_PHONE).to_string(),
    ];
    let output = import(&url, &lines.join("\n"));
    let reported = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(3), "2 new, 0 known, 5 skipped\n"));
    for expected in [
        "line 2 is not a user in JSON",
        "line 3 is a user of another strategy: user_id does not begin with sms|",
        "line 4 has a phone_number that belongs to another user here",
        "line 5 is longer than 64 kB",
        "line 6 has a phone_number that is not possible, or not in E.164",
    ] {
        assert_eq!(reported.matches(expected).count(), 1, "{reported}");
    }
    assert!(!reported.contains(PHONE) && !reported.contains("5f7c8e"), "{reported}");
    assert_eq!(export(&url).lines().count(), 2);
}

#[test]
fn an_import_says_what_is_wrong_with_the_whole_file() {
    let url = database("whole.db");
    let output = passwordless(&["users", "import", "/nowhere.json", "--database-url", &url]);
    assert!(output.status.code() == Some(1) && text(&output.stderr).contains("/nowhere.json cannot be read"));
    let output = import(&url, &json!([user(ID, PHONE)]).to_string());
    assert!(output.status.code() == Some(3) && text(&output.stderr).contains("jq -c '.[]' FILE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_exported_with_all_that_is_stored_and_nobody_else() {
    let program = Program::both(&[&FLOW[..], &["--auth0-scope", "openid phone offline_access"]].concat()).await;
    program.browser().sign_in(&program, PHONE).await;
    program.browser().sign_in(&program, OTHER_PHONE).await;
    let exported = said(&program, &["users", "export", "--phone", PHONE]);
    let data: Value = serde_json::from_str(&exported).unwrap();
    let id = data["users"][0]["user_id"].as_str().unwrap();
    assert_eq!(data["users"][0]["phone_number"], PHONE);
    for (list, count) in [("refresh_tokens", 1), ("app_sessions", 1), ("codes", 1)] {
        assert_eq!(data[list].as_array().map(Vec::len), Some(count), "{list}: {data}");
    }
    assert_eq!(data["app_sessions"][0]["user_id"], id);
    let logged: Vec<_> = data["logs"].as_array().unwrap().iter().map(|entry| &entry["user_id"]).collect();
    assert!(!logged.is_empty() && logged.iter().all(|user| *user == id), "{data}");
    assert!(data["limits"].to_string().contains(&format!("sent:{PHONE}")), "{data}");
    let others: Value = serde_json::from_str(&said(&program, &["users", "export", "--phone", OTHER_PHONE])).unwrap();
    let other_id = others["users"][0]["user_id"].as_str().unwrap();
    assert!(!exported.contains(OTHER_PHONE) && !exported.contains(other_id), "{exported}");
    let url = program.database_url();
    let output = passwordless(&["users", "export", "--phone", "Ann", "--database-url", url]);
    assert!(output.status.code() == Some(1) && text(&output.stderr).contains("nobody is known as Ann"));
}
