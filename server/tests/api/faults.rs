//! What breaks in operation: nothing that was acknowledged is lost, nobody is let in, and people are told to try again.

use crate::support::{
    OTHER_PHONE, PHONE,
    browser::Browser,
    process::Process,
    program::{Program, wrong},
};
use leptos_passwordless::outcome::{Refusal, StartOutcome, VerifyOutcome};
use reqwest::{Response, StatusCode};
use rstest::rstest;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use test_database::TestDatabase;
use time::Duration;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

const TOKEN_FLOW: [&str; 2] = ["--auth0-login-flow", "token"];
const UNLIMITED: [&str; 2] = ["--limit-starts-per-ip-hour", "0"];

/// Signs in; `None` where the program does not answer.
async fn try_to_sign_in(process: &Process, number: &str) -> Option<Browser> {
    let browser = process.browser();
    browser.call("start").form(&[("phone_number", number)]).send().await.ok()?;
    let code = process.newest_code(number).await?;
    let verified = browser.call("verify").form(&[("code", code)]).send().await.ok()?;
    matches!(verified.json().await.ok()?, VerifyOutcome::Verified { .. }).then_some(browser)
}

fn number(n: usize) -> String {
    format!("+1415555{:04}", 2600 + n)
}

/// Asks people to try again in a moment.
fn is_busy(response: &Response) -> bool {
    response.status() == StatusCode::SERVICE_UNAVAILABLE && response.headers()["retry-after"] == "5"
}

/// What stands on the tenant's own endpoint, which a script on a page of the app calls.
async fn token_request(tenant: &str, app: &str) -> Response {
    let form = [("client_id", "passwordless"), ("connection", "sms"), ("phone_number", PHONE), ("send", "code")];
    let request = reqwest::Client::new().post(format!("{tenant}/passwordless/start")).header("origin", app);
    request.form(&form).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_in_the_middle_of_logins_loses_no_session() {
    const LOGINS: usize = 12;
    let database = TestDatabase::empty().await;
    let process = Arc::new(Process::start(&database.url, &[TOKEN_FLOW, UNLIMITED].concat()));
    let (next, (done, mut count)) = (Arc::new(AtomicUsize::new(0)), watch::channel(0_usize));
    let mut people = JoinSet::new();
    for _ in 0..4 {
        let (process, next, done) = (Arc::clone(&process), Arc::clone(&next), done.clone());
        people.spawn(async move {
            let mut signed_in = Vec::new();
            while let Some(browser) = try_to_sign_in(&process, &number(next.fetch_add(1, Ordering::Relaxed))).await {
                signed_in.push(browser);
                done.send_modify(|count| *count += 1);
            }
            signed_in
        });
    }
    count.wait_for(|count| *count >= LOGINS).await.unwrap();
    process.kill();
    let signed_in: Vec<Browser> = people.join_all().await.into_iter().flatten().collect();
    assert!(signed_in.len() >= LOGINS);
    let process = Arc::into_inner(process).unwrap().start_again();
    for browser in signed_in {
        assert!(browser.is_signed_in().await);
    }
    let stranger = process.browser();
    assert!(!stranger.is_signed_in().await);
    assert!(try_to_sign_in(&process, PHONE).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_sqlite_is_busy_and_then_goes_on() {
    let database = Arc::new(TestDatabase::in_a_file());
    let short = ["--database-statement-timeout-seconds", "1"];
    let program = Program::on_database(Arc::clone(&database), &[TOKEN_FLOW, short].concat()).await;
    let (member, guest) = (program.browser(), program.browser());
    member.sign_in(&program, PHONE).await;
    let pool = database.connect().await;
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert!(member.is_signed_in().await, "reading goes on");
    assert_eq!(guest.start(OTHER_PHONE).await, StartOutcome::Refused(Refusal::TenantUnavailable));
    assert!(is_busy(&token_request(&program.tenant, &program.app).await));
    lock.rollback().await.unwrap();
    guest.sign_in(&program, OTHER_PHONE).await;
    assert!(guest.is_signed_in().await);
}

/// A way to the database that can be closed.
async fn gate(database: &TestDatabase) -> (String, watch::Sender<bool>) {
    let server = database.url.split(['@', '/']).nth(3).unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = database.url.replace(&server, &listener.local_addr().unwrap().to_string());
    let (open, is_open) = watch::channel(true);
    tokio::spawn(async move {
        while let Ok((mut incoming, _)) = listener.accept().await {
            let (server, mut is_open) = (server.clone(), is_open.clone());
            tokio::spawn(async move {
                if !*is_open.borrow() {
                    return;
                }
                let mut outgoing = TcpStream::connect(server).await.unwrap();
                tokio::select! {
                    _ = copy_bidirectional(&mut incoming, &mut outgoing) => {}
                    _ = is_open.wait_for(|open| !open) => {}
                }
            });
        }
    });
    (url, open)
}

/// On PostgreSQL only: SQLite is a file.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_the_program_is_busy_and_then_goes_on() {
    let database = TestDatabase::empty().await;
    if !database.is_postgres() {
        return;
    }
    let (url, open) = gate(&database).await;
    let quick = ["--database-connect-timeout-seconds", "1"];
    let process = Process::start(&url, &[TOKEN_FLOW, quick].concat());
    let member = try_to_sign_in(&process, PHONE).await.unwrap();
    let under_way = process.browser();
    under_way.start(OTHER_PHONE).await;
    let code = process.code_sent_to(OTHER_PHONE).await;

    open.send_replace(false);
    assert!(is_busy(&member.get("/profile").await));
    let start = process.browser().call("start").form(&[("phone_number", PHONE)]).send().await.unwrap();
    let outcome: StartOutcome = start.json().await.unwrap();
    assert_eq!(outcome, StartOutcome::Refused(Refusal::TenantUnavailable));
    assert_eq!(under_way.refusal_of(&code).await, Refusal::TenantUnavailable);
    let refused = token_request(&process.tenant, &process.app).await;
    assert!(is_busy(&refused), "{refused:?}");
    let health = |path: &str| reqwest::get(format!("{}{path}", process.app));
    assert_eq!(health("/healthz").await.unwrap().status(), 200);
    assert_eq!(health("/readyz").await.unwrap().status(), 503);

    open.send_replace(true);
    assert_eq!(health("/readyz").await.unwrap().status(), 200);
    assert!(member.is_signed_in().await);
    assert!(matches!(under_way.verify(&code).await, VerifyOutcome::Verified { .. }), "the code is still good");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nobody_is_let_in_and_no_session_is_lost() {
    let database = TestDatabase::in_a_file();
    let process = Process::start_with_little_room(&database.url, &[TOKEN_FLOW, UNLIMITED].concat(), 2048);
    let mut members = Vec::new();
    let mut n = 0;
    while let Some(member) = try_to_sign_in(&process, &number(n)).await {
        members.push(member);
        n += 1;
        assert!(n < 2000, "the disk is never full");
    }
    assert!(members.len() > 3);
    let stranger = process.browser();
    stranger.call("start").form(&[("phone_number", PHONE)]).send().await.unwrap();
    assert!(!stranger.is_signed_in().await);
    assert!(is_busy(&token_request(&process.tenant, &process.app).await));
    let process = process.start_again();
    for member in members {
        assert!(member.is_signed_in().await);
    }
    assert!(try_to_sign_in(&process, PHONE).await.is_some());
}

#[rstest]
#[case::back(-1, true)]
#[case::forth(1, false)]
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_may_jump_an_hour(#[case] hours: i64, #[case] code_is_good: bool) {
    let program = Program::both(&[TOKEN_FLOW, UNLIMITED].concat()).await;
    let (member, under_way) = (program.browser(), program.browser());
    member.sign_in(&program, PHONE).await;
    under_way.start(OTHER_PHONE).await;
    let code = program.code_sent_to(OTHER_PHONE).await;
    program.clock.advance(Duration::hours(hours));
    assert!(member.is_signed_in().await);
    assert!(matches!(under_way.verify(&wrong(&code)).await, VerifyOutcome::Refused(_)));
    let verified = under_way.verify(&code).await;
    assert_eq!(matches!(verified, VerifyOutcome::Verified { .. }), code_is_good, "{verified:?}");
    // Whoever has to begin again can, at the new time and back at the old one.
    for _ in 0..2 {
        let again = program.browser();
        again.sign_in(&program, OTHER_PHONE).await;
        assert!(again.is_signed_in().await && member.is_signed_in().await);
        program.clock.advance(Duration::hours(-hours));
    }
}
