//! `/metrics`, and the dashboard that shows them.

use crate::support::{
    PHONE,
    process::Process,
    program::{new_file, wrong},
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use leptos_passwordless::outcome::{StartOutcome, VerifyOutcome};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

const OTHER: &str = "+4915123456789";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-twilio";
const SECRET: &str = "a-secret-that-nothing-else-contains";

/// What Prometheus would read.
struct Scrape(String);

impl Scrape {
    async fn of(process: &Process) -> Self {
        let response = reqwest::get(format!("{}/metrics", process.metrics)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        Self(response.text().await.unwrap())
    }

    /// The sum of all series of this name that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let of_name =
            self.0.lines().filter_map(|line| line.strip_prefix(name)).filter(|rest| rest.starts_with(['{', ' ']));
        let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let matching = of_name.filter(|rest| labels.iter().all(|label| rest.contains(label)));
        matching.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
    }

    #[track_caller]
    fn has(&self, name: &str, labels: &[(&str, &str)], expected: f64) {
        let sum = self.sum(name, labels);
        assert!((sum - expected).abs() < f64::EPSILON, "{name} {labels:?} is {sum}, not {expected}:\n{}", self.0);
    }

    fn names(&self) -> BTreeSet<&str> {
        let series = self.0.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        series.map(|line| line.split(['{', ' ']).next().unwrap()).collect()
    }
}

/// A wrong code, a right one, one code too many, and the end of the session.
async fn a_login(process: &Process) {
    let browser = process.browser();
    assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));
    let code = process.code_sent_to(PHONE).await;
    browser.refusal_of(&wrong(&code)).await;
    let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
    browser.open(continue_to).await;
    assert!(browser.is_signed_in().await);
    let logout = browser.request(Method::POST, browser.url("/logout")).header("accept", "text/html");
    assert!(logout.send().await.unwrap().status().is_redirection());
    assert!(!browser.is_signed_in().await);

    assert!(matches!(process.browser().start(OTHER).await, StartOutcome::CodeSent(_)));
    assert!(matches!(process.browser().start(OTHER).await, StartOutcome::Refused(_)));
    assert!(matches!(process.browser().start("+4915123456780").await, StartOutcome::CodeSent(_)));
    assert!(matches!(process.browser().start("+4915123456781").await, StartOutcome::Refused(_)));
}

/// With one code an hour for a number, and four for an address, of which a refused one is one.
async fn after_a_login() -> (Process, Scrape) {
    let limits = ["--limit-starts-per-phone-hour", "1", "--limit-starts-per-ip-hour", "4"];
    let process = Process::both(&limits, &[]).await;
    a_login(&process).await;
    let scrape = Scrape::of(&process).await;
    (process, scrape)
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_a_login_at_both_sides() {
    let (_process, scrape) = after_a_login().await;
    scrape.has("passwordless_app_starts_total", &[("outcome", "CodeSent")], 3.0);
    scrape.has("passwordless_app_starts_total", &[("outcome", "RateLimited")], 2.0);
    scrape.has("passwordless_app_verifies_total", &[("outcome", "WrongCode")], 1.0);
    scrape.has("passwordless_app_verifies_total", &[("outcome", "Verified")], 1.0);
    scrape.has("passwordless_app_sessions_created_total", &[], 1.0);
    scrape.has("passwordless_app_sessions_ended_total", &[("reason", "signed_out")], 1.0);
    scrape.has("passwordless_app_limits_hit_total", &[("limit", "address")], 1.0);
    let call = "passwordless_app_tenant_call_seconds_count";
    scrape.has(call, &[("endpoint", "/passwordless/start"), ("status", "200")], 3.0);
    scrape.has(call, &[("endpoint", "/passwordless/start"), ("status", "429")], 1.0);
    scrape.has(call, &[("endpoint", "/passwordless/verify"), ("status", "401")], 1.0);
    scrape.has(call, &[("endpoint", "/oauth/token"), ("status", "200")], 1.0);

    scrape.has("passwordless_tenant_starts_total", &[("outcome", "sent")], 3.0);
    scrape.has("passwordless_tenant_starts_total", &[("outcome", "limited")], 1.0);
    scrape.has("passwordless_tenant_limits_hit_total", &[("limit", "number")], 1.0);
    scrape.has("passwordless_tenant_code_attempts_total", &[("outcome", "wrong")], 1.0);
    scrape.has("passwordless_tenant_code_attempts_total", &[("outcome", "checked")], 1.0);
    scrape.has("passwordless_tenant_code_attempts_total", &[("outcome", "redeemed")], 1.0);
    scrape.has("passwordless_tenant_codes_sent_total", &[("prefix", "1")], 1.0);
    scrape.has("passwordless_tenant_codes_entered_total", &[("prefix", "1")], 1.0);
    scrape.has("passwordless_tenant_codes_sent_total", &[("prefix", "49")], 2.0);
    scrape.has("passwordless_tenant_codes_entered_total", &[("prefix", "49")], 0.0);
    let sms = [("sender", "outbox"), ("outcome", "accepted")];
    scrape.has("passwordless_tenant_sms_total", &[&sms[..], &[("country", "US")]].concat(), 1.0);
    scrape.has("passwordless_tenant_sms_total", &[&sms[..], &[("country", "DE")]].concat(), 2.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_name_routes_and_neither_paths_nor_numbers() {
    let (process, _) = after_a_login().await;
    let browser = process.browser();
    for path in ["/", "/login", "/logo.svg", "/stranger", "/stranger/2?phone=1", "/gallery/stranger", "/healthz"] {
        browser.get(path).await;
    }
    browser.request(Method::from_bytes(b"STRANGER").unwrap(), browser.url("/stranger")).send().await.unwrap();
    reqwest::get(format!("{}/u/login/stranger", process.tenant)).await.unwrap();
    reqwest::get(format!("{}/stranger", process.tenant)).await.unwrap();

    let scrape = Scrape::of(&process).await;
    let requests = "passwordless_http_requests_total";
    let (app, tenant) = (("part", "app"), ("part", "tenant"));
    scrape.has(requests, &[app, ("route", "/login"), ("method", "GET"), ("status", "200")], 1.0);
    scrape.has(requests, &[app, ("route", "/api/passwordless/start"), ("method", "POST")], 5.0);
    scrape.has(requests, &[app, ("route", "/callback"), ("method", "GET")], 1.0);
    scrape.has(requests, &[app, ("route", "/healthz")], 1.0);
    scrape.has(requests, &[app, ("route", "(file)"), ("status", "200")], 1.0);
    scrape.has(requests, &[app, ("route", "(none)"), ("method", "GET"), ("status", "404")], 3.0);
    scrape.has(requests, &[app, ("route", "(none)"), ("method", "other")], 1.0);
    scrape.has(requests, &[tenant, ("route", "/u/login/{id}")], 1.0);
    scrape.has(requests, &[tenant, ("route", "(none)"), ("status", "404")], 1.0);
    scrape.has("passwordless_http_request_seconds_count", &[app, ("route", "/login")], 1.0);
    for private in ["stranger", "STRANGER", &PHONE[1..], "4155552671", &OTHER[1..]] {
        assert!(!scrape.0.contains(private), "{private}: {}", scrape.0);
    }
    let elsewhere = reqwest::get(format!("{}/metrics", process.app)).await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND, "only at their own address");
}

/// Asks the tenant for a code.
async fn start(process: &Process, number: &str) -> StatusCode {
    let body = json!({ "client_id": "web", "client_secret": SECRET, "connection": "sms", "phone_number": number });
    let start = Client::new().post(format!("{}/passwordless/start", process.tenant)).json(&body);
    start.send().await.unwrap().status()
}

/// Twilio takes a message, refuses one, and reports that the first was delivered.
async fn after_messages() -> (Process, Scrape) {
    let twilio = MockServer::start().await;
    let created = ResponseTemplate::new(201).set_body_json(json!({ "sid": "SM1", "status": "queued" }));
    let refused = ResponseTemplate::new(400).set_body_json(json!({ "code": 21610, "message": "opted out" }));
    Mock::given(method("POST")).respond_with(created).up_to_n_times(1).mount(&twilio).await;
    Mock::given(method("POST")).respond_with(refused).mount(&twilio).await;
    let account = ["--twilio-account-sid", ACCOUNT, "--twilio-auth-token", TOKEN, "--twilio-from", "+15005550006"];
    let url = twilio.uri();
    let more = ["--twilio-api-base-url", &url, "--auth0-client-id", "web", "--auth0-client-secret", SECRET];
    let process = Process::tenant(&[&account[..], &more].concat()).await;
    for (number, status) in [(PHONE, 200), (OTHER, 400)] {
        assert_eq!(start(&process, number).await, status);
    }
    let form = [("AccountSid", ACCOUNT), ("MessageSid", "SM1"), ("MessageStatus", "delivered")];
    let signed =
        form.iter().fold("https://login.example/twilio/status".to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    // A report that comes twice is about one delivery.
    for _ in 0..2 {
        let report = Client::new().post(format!("{}/twilio/status", process.tenant)).form(&form);
        let report = report.header("x-twilio-signature", &signature).send().await.unwrap();
        assert_eq!(report.status(), StatusCode::NO_CONTENT);
    }
    let scrape = Scrape::of(&process).await;
    (process, scrape)
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_messages_and_their_delivery() {
    let (_process, scrape) = after_messages().await;
    let sms = "passwordless_tenant_sms_total";
    scrape.has(sms, &[("sender", "twilio"), ("outcome", "accepted"), ("country", "US")], 1.0);
    scrape.has(sms, &[("sender", "twilio"), ("outcome", "refused"), ("country", "DE")], 1.0);
    scrape.has("passwordless_tenant_sms_seconds_count", &[("sender", "twilio")], 2.0);
    scrape.has("passwordless_tenant_starts_total", &[("outcome", "not_sent")], 1.0);
    scrape.has("passwordless_tenant_codes_sent_total", &[("prefix", "49")], 0.0);
    scrape.has("passwordless_tenant_sms_reports_total", &[("status", "delivered"), ("error", "none")], 2.0);
    scrape.has("passwordless_tenant_sms_delivery_seconds_count", &[("status", "delivered")], 1.0);
}

/// Twilio takes the messages, which cost money; a block of numbers enters no codes, and a country has no budget.
async fn after_an_attack() -> (Process, Scrape) {
    let twilio = MockServer::start().await;
    let created = ResponseTemplate::new(201).set_body_json(json!({ "sid": "SM1", "status": "queued" }));
    Mock::given(method("POST")).respond_with(created).mount(&twilio).await;
    let yaml = format!(
        "clients: [{{name: Web, client_id: web, client_secret: {SECRET}, callbacks: ['https://app.example/callback']}}]\n\
         connections:\n- name: sms\n  strategy: sms\n  options: {{provider: twilio, twilio_sid: {ACCOUNT}, twilio_token: {TOKEN}, \
         from: '+15005550006', twilio_api_base_url: '{}', \
         budget: {{prices: {{default: 0.1}}, per_day: 5, per_country_per_day: {{DE: 0.05}}}}}}\n",
        twilio.uri()
    );
    let file = new_file("yaml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, yaml).unwrap();
    let process = Process::tenant(&["--tenant-config", file.to_str().unwrap()]).await;
    for (number, status) in [
        ("+14155553001", 200),
        ("+14155553002", 200),
        ("+14155553003", 200),
        ("+14155553004", 401),
        ("+14155553005", 401),
        (OTHER, 429),
    ] {
        assert_eq!(start(&process, number).await, status, "{number}");
    }
    let scrape = Scrape::of(&process).await;
    (process, scrape)
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_alarms_about_sms_pumping_and_what_messages_cost() {
    let (_process, scrape) = after_an_attack().await;
    let alarms = "passwordless_tenant_breaker_total";
    scrape.has(alarms, &[("state", "slowed"), ("scope", "block"), ("prefix", "1")], 1.0);
    scrape.has(alarms, &[("state", "over_budget"), ("scope", "country"), ("prefix", "49")], 1.0);
    scrape.has("passwordless_tenant_sms_cost_micros_total", &[("connection", "sms"), ("country", "US")], 300_000.0);
    scrape.has("passwordless_tenant_starts_total", &[("outcome", "proof_needed")], 2.0);
    scrape.has("passwordless_tenant_starts_total", &[("outcome", "over_budget")], 1.0);
}

const DOCUMENT: &str = include_str!("../../../docs/configuration.md");
const DASHBOARD: &str = include_str!("../../../docs/grafana-dashboard.json");

#[tokio::test(flavor = "multi_thread")]
async fn dashboard_shows_metrics_that_exist_and_all_of_them() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let queries: Vec<_> = queries.map(|target| target["expr"].as_str().unwrap()).collect();
    let words = queries.iter().flat_map(|query| query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let shown: BTreeSet<_> = words.filter(|word| word.starts_with("passwordless_")).collect();

    let scrapes = tokio::join!(after_a_login(), after_messages(), after_an_attack());
    let ((_one, login), (_other, messages), (_third, attack)) = scrapes;
    let there: BTreeSet<_> = [&login, &messages, &attack].into_iter().flat_map(Scrape::names).collect();
    let missing: Vec<_> = shown.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?} are in no output");
    let base =
        |name: &str| ["_bucket", "_count", "_sum"].iter().fold(name.to_owned(), |name, end| name.replace(end, ""));
    let shown: BTreeSet<_> = shown.into_iter().map(base).collect();
    let there: BTreeSet<_> = there.into_iter().map(base).collect();
    assert_eq!(shown, there, "each is in a panel");
    let documented = |name: &&String| DOCUMENT.contains(&format!("`{name}`"));
    assert!(there.iter().all(|name| documented(&name)), "each is in docs/configuration.md");
}
