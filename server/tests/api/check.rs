//! `passwordless --check` says what does not work, and what to do about it.

use crate::support::{
    fake_tenant::{EcKey, FakeTenant, Key},
    program::Program,
    site,
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering},
};
use wiremock::ResponseTemplate;

const SECRET: &str = "a-secret-that-nothing-else-contains";
const MADE_UP: &str = r#"{"error":"invalid_grant","error_description":"Invalid authorization code"}"#;

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("check-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
    command.current_dir(folder()).env_clear().env("LEPTOS_SITE_ROOT", site::packed());
    command.arg("--check").args(arguments).output().unwrap()
}

/// What is said where all is well.
fn good(arguments: &[&str]) -> String {
    let output = check(arguments);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && !said.contains("FAILED"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The lines of what is not well; none tells a secret.
fn bad(arguments: &[&str]) -> Vec<String> {
    let output = check(arguments);
    let said = String::from_utf8(output.stdout).unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && !said.contains(SECRET) && !log.contains(SECRET), "{said}{log}");
    let failed: Vec<_> = said.lines().filter(|line| line.starts_with("FAILED")).map(str::to_owned).collect();
    assert!(log.contains(&format!("checks that failed: {}", failed.len())), "{log}");
    failed
}

fn elsewhere(tenant: &str) -> [&str; 6] {
    ["--auth0-domain", tenant, "--auth0-client-id", "client", "--auth0-client-secret", SECRET]
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

impl FakeTenant {
    async fn has_metadata(&self, issuer: &str) {
        let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{}/.well-known/jwks.json", self.origin()) });
        self.says("GET", "/.well-known/openid-configuration", ok(&metadata)).await;
    }

    async fn answers_to_credentials(&self, status: u16, body: &str) {
        let answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
        self.says("POST", "/oauth/token", answer).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_reports_a_good_tenant_line_by_line() {
    let tenant = FakeTenant::new().await;
    tenant.has_metadata(&tenant.issuer()).await;
    tenant.has_key(&Key::generate()).await;
    tenant.answers_to_credentials(403, MADE_UP).await;
    let said = good(&elsewhere(&tenant.origin()));
    let lines: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("ok      ")?.split_once(": ")).collect();
    let whats: Vec<_> = lines.iter().map(|(what, _)| *what).collect();
    assert_eq!(whats, ["configuration", "database", "site", "issuer", "signing keys", "credentials"], "{said}");

    let requests = tenant.server.received_requests().await.unwrap_or_default();
    let asked = requests.iter().find(|request| request.url.path() == "/oauth/token").expect("a try");
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!((&body["grant_type"], &body["client_secret"]), (&"authorization_code".into(), &SECRET.into()));
    assert_eq!(body["redirect_uri"], "http://localhost:3000/callback");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_the_remedy_for_refused_credentials() {
    for (status, body, expected) in [
        (401, r#"{"error":"invalid_client"}"#, "copy both anew"),
        (401, r#"{"error":"access_denied","error_description":"Unauthorized"}"#, "copy both anew"),
        (403, r#"{"error":"unauthorized_client"}"#, "Grant Types"),
        (429, r#"{"error":"too_many_requests"}"#, "429"),
        (200, r#"{"id_token":"a"}"#, "answered 200"),
        (502, "<h1>Bad gateway</h1>", "answered 502"),
    ] {
        let tenant = FakeTenant::new().await;
        tenant.has_metadata(&tenant.issuer()).await;
        tenant.has_key(&Key::generate()).await;
        tenant.answers_to_credentials(status, body).await;
        let failed = bad(&elsewhere(&tenant.origin()));
        assert!(failed.len() == 1 && failed[0].starts_with("FAILED  credentials: "), "{failed:?}");
        assert!(failed[0].contains(expected), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_reports_a_wrong_issuer_and_unusable_keys() {
    let tenant = FakeTenant::new().await;
    tenant.has_metadata(&tenant.origin()).await;
    let other = json!({ "keys": [{ "kty": "EC", "kid": "1", "n": "n", "e": "e" }, { "kty": "RSA", "alg": "PS256", "kid": "2", "n": "n", "e": "e" }] });
    tenant.says("GET", "/.well-known/jwks.json", ok(&other)).await;
    tenant.answers_to_credentials(403, MADE_UP).await;
    let failed = bad(&elsewhere(&tenant.origin()));
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed[0].starts_with("FAILED  issuer: ") && failed[0].contains("set AUTH0_DOMAIN"), "without the slash");
    assert!(failed[1].starts_with("FAILED  signing keys: ") && failed[1].contains("no RS256 key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn check_looks_for_keys_of_the_configured_algorithm() {
    for (jwk, alg, other) in
        [(Key::generate().jwk("1"), "RS256", "ES256"), (EcKey::generate().jwk("1"), "ES256", "RS256")]
    {
        let tenant = FakeTenant::new().await;
        tenant.has_metadata(&tenant.issuer()).await;
        tenant.has_keys(&[jwk]).await;
        tenant.answers_to_credentials(403, MADE_UP).await;
        let origin = tenant.origin();
        let configured = |alg| [&elsewhere(&origin)[..], &["--auth0-id-token-alg", alg]].concat();
        assert!(good(&configured(alg)).contains(&format!("signing keys: {alg} keys: 1")));
        let failed = bad(&configured(other));
        assert!(failed.len() == 1 && failed[0].contains(&format!("no {other} key")), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_stops_where_there_is_no_metadata() {
    let tenant = FakeTenant::new().await;
    tenant.says("GET", "/.well-known/openid-configuration", ResponseTemplate::new(200).set_body_string("hello")).await;
    for (origin, expected) in [(tenant.origin(), "no metadata"), ("http://localhost:9".to_owned(), "does not answer")] {
        let failed = bad(&elsewhere(&origin));
        assert!(failed.len() == 1 && failed[0].starts_with("FAILED  tenant: "), "{failed:?}");
        assert!(failed[0].contains(expected) && failed[0].contains("AUTH0_DOMAIN"), "{failed:?}");
    }
    let requests = tenant.server.received_requests().await.unwrap_or_default();
    assert!(requests.iter().all(|request| request.url.path() != "/oauth/token"), "no secret went there");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_passes_against_the_embedded_tenant() {
    let program = Program::both(&["--auth0-client-id", "client", "--auth0-client-secret", SECRET]).await;
    assert_eq!(good(&elsewhere(&program.tenant)).lines().count(), 6);
    let wrong = bad(&[&elsewhere(&program.tenant)[..4], &["--auth0-client-secret", "another"]].concat());
    assert!(wrong.len() == 1 && wrong[0].contains("copy both anew"), "{wrong:?}");
}

#[test]
fn check_reads_the_embedded_tenants_configuration() {
    let said = good(&[]);
    assert!(said.contains("configuration: the app and its own tenant") && said.lines().count() == 3, "{said}");
    assert!(good(&["tenant", "--auth0-client-id", "a", "--auth0-client-secret", "b"]).lines().count() == 3);

    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/tenant/tenant.example.yaml");
    let failed = bad(&["--tenant-config", example]);
    assert!(failed.len() == 1 && failed[0].contains("the environment has no MY_APPLICATION_SECRET"), "{failed:?}");
    let failed = bad(&["--tenant-addr", "0.0.0.0:3001"]);
    assert!(failed.len() == 1 && failed[0].contains("outbox"), "{failed:?}");
}

#[test]
fn check_reports_an_unknown_callback() {
    let file = folder().join("tenant.yaml");
    let yaml = format!(
        "clients: [{{ name: Web, client_id: web, client_secret: {SECRET}, callbacks: ['https://app.example/callback'] }}]\n\
         connections: [{{ name: sms, strategy: sms }}]\n"
    );
    std::fs::write(&file, yaml).unwrap();
    let failed = bad(&["--tenant-config", file.to_str().unwrap()]);
    assert!(failed.len() == 1 && failed[0].contains("lack http://localhost:3000/callback"), "{failed:?}");
}

#[test]
fn check_continues_after_a_failure() {
    let nowhere =
        ["--leptos-site-root", "/nowhere", "--database-url", "mysql://u:a-secret-that-nothing-else-contains@h/d"];
    let failed = bad(&nowhere);
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed[0].contains("database: DATABASE_URL must begin with `sqlite:` or `postgres:`"), "{failed:?}");
    assert!(failed[1].contains("site: /nowhere holds no packed client"), "{failed:?}");
    let failed = bad(&["--auth0-domain", "demo.eu.auth0.com"]);
    assert!(failed.len() == 1 && failed[0].contains("AUTH0_CLIENT_SECRET must be set"), "{failed:?}");
}

/// The lines of what works, and had better not be so.
fn warnings(said: &str) -> Vec<&str> {
    said.lines().filter_map(|line| line.strip_prefix("warning ")).collect()
}

#[test]
fn check_warns_of_addresses_without_tls() {
    assert!(warnings(&good(&["--app-base-url", "http://127.0.0.1:3000"])).is_empty());
    let token = ["--auth0-login-flow", "token", "--app-base-url"];
    let all = ["--limit-countries", "all"];
    assert!(warnings(&good(&[&token[..], &["https://app.example"], &all].concat())).is_empty());
    let said = good(&[&token[..], &["http://app.internal"], &all].concat());
    let [warning] = warnings(&said)[..] else { panic!("{said}") };
    assert!(warning.starts_with("APP_BASE_URL is http://app.internal/") && warning.contains("Secure"), "{said}");

    let twilio = |base: &str| {
        let twilio = ["--twilio-account-sid", "AC0", "--twilio-auth-token", SECRET, "--twilio-from", "+15005550006"];
        let public = ["--tenant-public-url", "http://login.internal", "--limit-countries", "DE"];
        check(&[&twilio[..], &public, &["--twilio-api-base-url", base]].concat())
    };
    let output = twilio("http://localhost:9");
    let said = String::from_utf8(output.stdout).unwrap();
    let [warning] = warnings(&said)[..] else { panic!("{said}") };
    assert!(output.status.success() && warning.starts_with("TENANT_PUBLIC_URL is http://login.internal/"), "{said}");
    let output = twilio("http://api.example");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("TWILIO_API_BASE_URL must be an https URL"), "{said}");
}

#[test]
fn check_warns_of_an_external_tenant_without_tls() {
    let output = check(&elsewhere("http://tenant.invalid"));
    let said = String::from_utf8(output.stdout).unwrap();
    let [warning] = warnings(&said)[..] else { panic!("{said}") };
    assert!(warning.starts_with("AUTH0_DOMAIN is http://tenant.invalid"), "{said}");
    for silent in ["http://localhost:9", "https://localhost:9"] {
        assert!(warnings(&String::from_utf8(check(&elsewhere(silent)).stdout).unwrap()).is_empty(), "{silent}");
    }
}

/// As `--check` and the start say it in the log.
#[test]
fn check_warns_of_one_address_for_all_users() {
    for (trusts, is_told) in [("", true), (", is_token_endpoint_ip_header_trusted: true", false)] {
        let file = folder().join("tenant.yaml");
        let yaml = format!(
            "clients: [{{ name: Web, client_id: web, client_secret: {SECRET}, \
             callbacks: ['http://localhost:3000/callback']{trusts} }}]\n\
             connections: [{{ name: sms, strategy: sms }}]\n"
        );
        std::fs::write(&file, yaml).unwrap();
        let output = check(&["--tenant-config", file.to_str().unwrap()]);
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{log}");
        assert_eq!(log.contains("is_token_endpoint_ip_header_trusted") && log.contains("WARN"), is_told, "{log}");
    }
}

/// The program logs at its start what `--check` says; here it ends at the outbox, which is not for the public.
#[test]
fn start_prints_the_same_warnings() {
    let public = ["--app-base-url", "http://app.internal", "--tenant-public-url", "http://login.internal"];
    let free = ["--leptos-site-addr", "127.0.0.1:0", "--tenant-addr", "127.0.0.1:0"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_passwordless"));
    command.current_dir(folder()).env_clear().env("LEPTOS_SITE_ROOT", site::packed()).args(public).args(free);
    let output = command.output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains("APP_BASE_URL is http://app.internal/") && log.contains("TENANT_PUBLIC_URL is"), "{log}");
}

/// With the line to add, as far as the program can tell who the users are.
#[test]
fn check_warns_of_messages_to_all_countries() {
    let public = ["--app-base-url", "https://app.example", "--auth0-login-flow", "token"];
    for (arguments, proposed) in [
        (&[][..], "DE,AT,CH"),
        (&["--lock-language", "ja"], "JP"),
        (&["--default-location", "AT", "--lock-language", "de"], "AT,DE"),
    ] {
        let said = good(&[&public[..], arguments].concat());
        let [warning] = warnings(&said)[..] else { panic!("{said}") };
        assert!(warning.starts_with("LIMIT_COUNTRIES is not set, and https://app.example/"), "{said}");
        assert!(warning.contains(&format!("add LIMIT_COUNTRIES={proposed} with")), "{said}");
    }
    for chosen in ["all", "DE,AT"] {
        assert!(warnings(&good(&[&public[..], &["--limit-countries", chosen]].concat())).is_empty(), "{chosen}");
    }
    let external = [&elsewhere("http://localhost:9")[..], &["--app-base-url", "https://app.example"]].concat();
    let output = check(&[&external[..], &["--auth0-login-flow", "token"]].concat());
    assert!(String::from_utf8(output.stdout).unwrap().contains("LIMIT_COUNTRIES is not set"), "the app alone, too");
}

#[test]
fn check_warns_of_lifted_caps() {
    let lifted = ["--limit-starts-total-hour", "0", "--limit-starts-per-country-hour", "0"];
    assert!(warnings(&good(&lifted)).is_empty(), "on loopback only the developer spends");
    let public = ["--app-base-url", "https://app.example", "--auth0-login-flow", "token", "--limit-countries", "all"];
    let said = good(&[&public[..], &lifted].concat());
    let [total, country] = warnings(&said)[..] else { panic!("{said}") };
    assert!(total.starts_with("LIMIT_STARTS_TOTAL_HOUR is 0, and https://app.example/"), "{said}");
    assert!(country.starts_with("LIMIT_STARTS_PER_COUNTRY_HOUR is 0"), "{said}");
}

#[test]
fn check_warns_of_metrics_for_strangers() {
    for private in ["127.0.0.1:9464", "10.1.2.3:9464", "[::1]:9464", "[fd00::1]:9464"] {
        assert!(warnings(&good(&["--metrics-addr", private])).is_empty(), "{private}");
    }
    for public in ["0.0.0.0:9464", "203.0.113.1:9464", "[::]:9464", "[2001:db8::1]:9464"] {
        let said = good(&["--metrics-addr", public]);
        let [warning] = warnings(&said)[..] else { panic!("{said}") };
        assert!(warning.starts_with(&format!("METRICS_ADDR is {public}")), "{said}");
    }
}

#[test]
fn check_refuses_what_strangers_could_use() {
    let public_app = ["--app-base-url", "https://app.example.com"];
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/tenant.yaml");
    for (arguments, expected) in [
        (&["--app-base-url", "http://app.example.com"][..], "put a proxy with TLS in front"),
        (&public_app, "set TENANT_PUBLIC_URL to an https URL"),
        (&["tenant", "--tenant-config", examples, "--tenant-addr", "0.0.0.0:3001"], "give the client a random one"),
        (&["--tenant-addr", "0.0.0.0:3001", "--limit-starts-per-ip-hour", "0"], "set LIMIT_STARTS_PER_IP_HOUR"),
        (&["--tenant-addr", "0.0.0.0:3001"], "set the TWILIO_ variables"),
    ] {
        let failed = bad(arguments);
        assert!(failed.len() == 1 && failed[0].contains(expected), "{arguments:?}: {failed:?}");
    }
    assert!(good(&["tenant", "--tenant-config", examples]).contains("the tenant"));
}

#[test]
fn check_reports_an_unusable_key() {
    let failed = bad(&["--tenant-code-key", "short"]);
    assert!(failed.len() == 1 && failed[0].contains("at least 32 random bytes"), "{failed:?}");
}
