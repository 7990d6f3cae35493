//! The end of the program: what is under way is answered, and the database need not be there to live.

use crate::support::{PHONE, process::Process, program::Program};
use reqwest::{Client, StatusCode};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

/// Process managers wait as long.
const MOST: Duration = Duration::from_secs(10);

async fn readiness(origin: &str) -> (StatusCode, String) {
    let response = reqwest::get(format!("{origin}/readyz")).await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// A provider that is slow, and the flags that name it.
async fn slow_twilio(delay: Duration) -> (MockServer, Vec<String>) {
    let twilio = MockServer::start().await;
    let created = ResponseTemplate::new(201).set_body_json(json!({ "sid": "SM1", "status": "queued" }));
    Mock::given(method("POST")).respond_with(created.set_delay(delay)).mount(&twilio).await;
    let account = ["--twilio-account-sid", "AC1", "--twilio-auth-token", "token", "--twilio-from", "+15005550006"];
    let flags = account.iter().copied().chain(["--twilio-api-base-url", &twilio.uri()]).map(str::to_owned).collect();
    (twilio, flags)
}

/// Sends a request for a code, which takes as long as the provider; waits until the provider has it.
async fn under_way(process: &Process, twilio: &MockServer) -> tokio::task::JoinHandle<reqwest::Response> {
    let browser = process.browser();
    let start = tokio::spawn(async move {
        browser.call("start").form(&[("phone_number", PHONE), ("country", "US")]).send().await.unwrap()
    });
    while twilio.received_requests().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    start
}

/// Asks until told to stop, each time on a connection of its own or on one that it holds open. Every request has to
/// succeed.
async fn visitor(url: String, holds_on: bool, is_over: Arc<AtomicBool>) -> usize {
    let client = Client::builder().pool_max_idle_per_host(usize::from(holds_on)).build().unwrap();
    let mut answers = 0;
    while !is_over.load(Ordering::SeqCst) {
        let response = client.get(&url).send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        response.bytes().await.unwrap();
        answers += 1;
    }
    answers
}

/// As behind a load balancer, which sends nothing more once the program is not ready.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_when_the_program_is_told_to_stop() {
    let (twilio, flags) = slow_twilio(Duration::from_secs(2)).await;
    let flags: Vec<_> = flags.iter().map(String::as_str).chain(["--shutdown-delay-seconds", "2"]).collect();
    let mut process = Process::both(&flags, &[]).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut visitors = JoinSet::new();
    for number in 0..8 {
        let origin = if number % 2 == 0 { &process.app } else { &process.tenant };
        visitors.spawn(visitor(format!("{origin}/healthz"), number < 4, is_over.clone()));
    }
    visitors.spawn(visitor(format!("{}/login", process.app), true, is_over.clone()));
    let start = under_way(&process, &twilio).await;
    assert_eq!(readiness(&process.app).await.0, StatusCode::OK);

    #[expect(clippy::disallowed_methods, reason = "how long the program takes to stop is what is tested")]
    let began = Instant::now();
    process.terminate();
    while readiness(&process.app).await.0 == StatusCode::OK {}
    let stopping = (StatusCode::SERVICE_UNAVAILABLE, r#"{"ready":false,"missing":["stopping"]}"#.to_owned());
    assert_eq!(readiness(&process.app).await, stopping);
    assert_eq!(readiness(&process.tenant).await, stopping);
    is_over.store(true, Ordering::SeqCst);
    for answers in visitors.join_all().await {
        assert!(answers > 0);
    }
    let start = start.await.unwrap();
    assert_eq!(start.status(), StatusCode::OK);
    assert!(start.text().await.unwrap().contains("CodeSent"));
    assert!(process.wait().success());
    assert!(began.elapsed() < MOST, "{:?}", began.elapsed());
}

/// Without a delay, too.
#[tokio::test(flavor = "multi_thread")]
async fn request_under_way_is_answered_and_no_other_taken() {
    let (twilio, flags) = slow_twilio(Duration::from_secs(2)).await;
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let mut process = Process::both(&flags, &[]).await;
    let start = under_way(&process, &twilio).await;
    process.terminate();
    while reqwest::get(format!("{}/healthz", process.app)).await.is_ok() {}
    let start = start.await.unwrap();
    assert!(start.text().await.unwrap().contains("CodeSent"));
    assert!(process.wait().success());
}

/// The outbox's page never ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn open_outbox_does_not_delay_the_end() {
    let mut process = Process::both(&[], &[]).await;
    let mut events = reqwest::get(format!("{}/outbox/events", process.tenant)).await.unwrap();
    assert_eq!(events.status(), StatusCode::OK);
    #[expect(clippy::disallowed_methods, reason = "how long the program takes to stop is what is tested")]
    let began = Instant::now();
    process.terminate();
    assert!(process.wait().success());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    while let Ok(Some(_)) = events.chunk().await {}
}

#[tokio::test]
async fn program_lives_without_its_database_and_says_that_it_is_missing() {
    let program = Program::both(&[]).await;
    sqlx::query("DROP TABLE app_migrations").execute(&program.connect().await).await.unwrap();
    for origin in [&program.app, &program.tenant] {
        let alive = reqwest::get(format!("{origin}/healthz")).await.unwrap();
        assert_eq!(alive.status(), StatusCode::OK);
        let missing = (StatusCode::SERVICE_UNAVAILABLE, r#"{"ready":false,"missing":["database"]}"#.to_owned());
        assert_eq!(readiness(origin).await, missing);
    }
}
