//! What the store promises, whichever engine is behind it.

use std::{convert::Infallible, error::Error};

use secrecy::ExposeSecret;
use test_database::TestDatabase;
use tokio::task::JoinSet;

use super::{
    Attempt, Binding, GrantId, ImportOutcome, LoginSend, LoginTicket, NewFamily, Receiver, RetiredKey, Rotation, Slot,
    SsoSession, Store, StoredCode, StoredKeys,
};
use crate::{
    admin::{export_format::PortableUser, users::UserSelector},
    audit::event::{Entry, Event},
    clock::Millis,
    entropy::{self, SystemEntropy},
    http::client_ip::RequestSource,
    keys::{
        signing_algorithm::SigningAlgorithm::{self, Es256, Rs256},
        signing_key::PublicKey,
    },
    login_page::LoginNotice,
    oauth::{grant::Grant, scope::Scope},
    otp::{
        challenge::{Challenge, Outcome, Purpose, Refusal},
        code::OneTimeCode,
        repeat::RequestHash,
    },
    phone_number::PhoneNumber,
    rate_limit::{
        conversion::Recipient,
        settings::{Limits, ProofOfWork},
        start::{Start, StartLimits},
    },
    sms::delivery::{Report, Stage},
};

type TestResult = Result<(), Box<dyn Error>>;

async fn empty_store() -> Result<(Store, TestDatabase), Box<dyn Error>> {
    let database = TestDatabase::empty().await;
    let pool = database.connect().await;
    super::migrations().run(&pool).await?;
    Ok((Store::new(pool), database))
}

const NOW: Millis = Millis(1_800_000_000_000);
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

fn phone() -> Result<PhoneNumber, Box<dyn Error>> {
    PhoneNumber::parse("+14155552671").ok_or_else(|| "not a number".into())
}

/// What came of twenty parallel tasks.
async fn twenty<T: Send + 'static, F: Future<Output = T> + Send + 'static>(task: impl Fn(usize) -> F) -> Vec<T> {
    let tasks: JoinSet<T> = (0..20).map(task).collect();
    tasks.join_all().await
}

fn binding(phone_number: &PhoneNumber) -> Binding<'_> {
    Binding { connection: "sms", phone_number, client_id: Some("web"), transaction: "" }
}

/// Puts a challenge, and returns its name and the one that it took the place of.
async fn put(store: &Store, code: &str) -> Result<(String, Option<Challenge>), Box<dyn Error>> {
    let id = entropy::object_id(&SystemEntropy);
    let mac = store.otp_keys(NOW).await?.mac(&id, &OneTimeCode::from(code));
    let challenge = Challenge { mac, ..Challenge::without_code(id.clone(), NOW.plus_seconds(3 * MINUTE)) };
    Ok((id, store.put_challenge(binding(&phone()?), &challenge).await?))
}

async fn send(store: &Store, code: &str) -> TestResult {
    put(store, code).await?;
    Ok(())
}

/// `None` where the store failed.
async fn attempt(store: Store, code: &str, purpose: Purpose, now: Millis) -> Option<Result<Outcome, Refusal>> {
    let phone_number = phone().ok()?;
    let without_code = &Challenge::without_code(entropy::object_id(&SystemEntropy), now);
    let attempt = Attempt { binding: binding(&phone_number), code, purpose, limits: &[], without_code };
    store.try_code(&attempt, now).await.ok()
}

async fn redeem(store: &Store, code: &str) -> Option<Result<Outcome, Refusal>> {
    attempt(store.clone(), code, Purpose::Redeem { by: None }, NOW).await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_a_key_that_another_instance_made_are_right_at_once() -> TestResult {
    let (store, database) = empty_store().await?;
    store.put_otp_key(&"first".into(), NOW).await?;
    send(&store, "111111").await?;
    assert_eq!(redeem(&store, "111111").await, Some(Ok(Outcome::Redeemed)));

    let other = Store::new(database.connect().await);
    other.put_otp_key(&"second".into(), NOW.plus_seconds(1)).await?;
    send(&other, "222222").await?;
    assert_eq!(redeem(&store, "222222").await, Some(Ok(Outcome::Redeemed)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_signs_in_once() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    send(&store, "123456").await?;
    let outcomes = twenty(|_| {
        let store = store.clone();
        async move { redeem(&store, "123456").await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Some(Ok(Outcome::Redeemed))).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(Option::is_some), "{outcomes:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_that_used_a_code_up_is_known_again() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    send(&store, "123456").await?;
    let redeem = |request: &str, seconds| {
        let purpose = Purpose::Redeem { by: RequestHash::of(&request) };
        attempt(store.clone(), "123456", purpose, NOW.plus_seconds(seconds))
    };
    let outcomes = twenty(|_| {
        let store = store.clone();
        async move { attempt(store, "123456", Purpose::Redeem { by: RequestHash::of(&"a") }, NOW).await }
    })
    .await;
    let count = |taken| outcomes.iter().filter(|outcome| **outcome == Some(Ok(taken))).count();
    assert_eq!((count(Outcome::Redeemed), count(Outcome::Repeated)), (1, 19), "{outcomes:?}");
    let refused = Some(Err(Refusal::WrongCode { attempts_left: None }));
    assert_eq!(redeem("a", MINUTE - 1).await, Some(Ok(Outcome::Repeated)));
    assert_eq!(redeem("b", 0).await, refused);
    assert_eq!(redeem("a", MINUTE).await, refused);
    assert_eq!(store.delete_expired(NOW.plus_seconds(MINUTE)).await?, 0);
    assert_eq!(store.delete_expired(NOW.plus_seconds(MINUTE + 1)).await?, 1);
    assert_eq!(redeem("a", 0).await, refused);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_guesses_are_judged() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    send(&store, "123456").await?;
    let outcomes = twenty(|n| {
        let store = store.clone();
        async move { redeem(&store, &format!("{n:06}")).await }
    })
    .await;
    let wrong = |left| Some(Err(Refusal::WrongCode { attempts_left: Some(left) }));
    for left in [2, 1, 0] {
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == wrong(left)).count(), 1, "{outcomes:?}");
    }
    assert_eq!(redeem(&store, "123456").await, Some(Err(Refusal::UsedUp)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_code_takes_the_place_and_the_old_one_is_known() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    send(&store, "111111").await?;
    send(&store, "222222").await?;
    send(&store, "333333").await?;
    let superseded = |attempts_left| Some(Err(Refusal::Superseded { attempts_left }));
    for earlier in ["111111", "222222", "111111", "111111"] {
        assert_eq!(redeem(&store, earlier).await, superseded(3));
    }
    assert_eq!(redeem(&store, "333333").await, Some(Ok(Outcome::Redeemed)));
    // What was used was not replaced, and neither was what no one was sent.
    send(&store, "444444").await?;
    assert_eq!(redeem(&store, "333333").await, Some(Err(Refusal::WrongCode { attempts_left: Some(2) })));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_code_is_put_back_unless_another_one_came() -> TestResult {
    let (store, _database) = empty_store().await?;
    let wrong = |left| Some(Err(Refusal::WrongCode { attempts_left: Some(left) }));
    store.put_otp_key(&"key".into(), NOW).await?;
    assert!(put(&store, "111111").await?.1.is_none());
    assert_eq!(redeem(&store, "000000").await, wrong(2));
    let (second, first) = put(&store, "222222").await?;
    let first = first.ok_or("nothing was replaced")?;
    // A wrong code is one of the three for the first one too.
    assert_eq!(redeem(&store, "000000").await, wrong(2));
    let (third, second_itself) = put(&store, "333333").await?;
    store.restore_challenge(&first, &second).await?;
    assert_eq!(redeem(&store, "111111").await, Some(Err(Refusal::Superseded { attempts_left: 3 })));
    store.restore_challenge(&second_itself.ok_or("nothing was replaced")?, &third).await?;
    store.restore_challenge(&first, &second).await?;
    assert_eq!(redeem(&store, "222222").await, wrong(0));
    assert_eq!(redeem(&store, "111111").await, Some(Err(Refusal::UsedUp)));
    // What someone is in by stays used.
    send(&store, "444444").await?;
    let (fifth, fourth) = put(&store, "555555").await?;
    assert_eq!(redeem(&store, "555555").await, Some(Ok(Outcome::Redeemed)));
    store.restore_challenge(&fourth.ok_or("nothing was replaced")?, &fifth).await?;
    assert_eq!(redeem(&store, "555555").await, Some(Err(Refusal::WrongCode { attempts_left: None })));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_outlive_their_key() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"old".into(), NOW).await?;
    send(&store, "123456").await?;
    store.put_otp_key(&"new".into(), NOW.plus_seconds(1)).await?;
    assert_eq!(store.otp_key_times().await?, [NOW.plus_seconds(1), NOW]);
    assert_eq!(redeem(&store, "123456").await, Some(Ok(Outcome::Redeemed)));
    assert_eq!(store.delete_otp_keys(NOW.plus_seconds(1)).await?, 0);
    assert_eq!(store.delete_otp_keys(NOW.plus_seconds(2)).await?, 1);
    assert_eq!(store.delete_otp_keys(NOW.plus_seconds(DAY)).await?, 0, "the newest key stays");
    Ok(())
}

const NO_LIMITS: Limits = Limits {
    starts_per_ip_hour: 0,
    starts_per_phone_hour: 0,
    starts_per_country_hour: 0,
    starts_total_hour: 0,
    countries: None,
    landlines: false,
    pumping_breaker: false,
    proof_of_work: ProofOfWork::Never,
};

async fn start(store: Store, limits: Limits, phone_number: PhoneNumber) -> Option<bool> {
    let limits = StartLimits::of(&limits, &phone_number, &RequestSource::browser(([192, 0, 2, 1], 1).into()), false);
    let start = Start { limits, counted: None, passes_slowed: false, charge: None };
    store.take_start(&start, NOW).await.ok().map(|taken| taken.is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_off_is_rolled_back_before_the_next_begins() -> TestResult {
    let (store, _database) = empty_store().await?;
    for n in 0..20 {
        let mut connection = store.connections.take().await?;
        let mut transaction = connection.begin().await?;
        sqlx::query("INSERT INTO tenant_code_keys (secret, created_at) VALUES ($1, 1)")
            .bind(n.to_string())
            .execute(&mut *transaction)
            .await?;
        drop(transaction);
        drop(connection);
        assert!(store.otp_key_times().await?.is_empty(), "{n}");
    }
    store.put_otp_key(&"key".into(), NOW).await?;
    assert_eq!(store.otp_key_times().await?, [NOW]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_are_never_overdrawn() -> TestResult {
    let (store, _database) = empty_store().await?;
    let phone_number = phone()?;
    for (limits, expected) in [
        (Limits { starts_per_ip_hour: 5, ..NO_LIMITS }, 5),
        (Limits { starts_total_hour: 7, ..NO_LIMITS }, 7),
        // Three at once.
        (Limits { starts_per_phone_hour: 15, ..NO_LIMITS }, 3),
    ] {
        let taken = twenty(|_| start(store.clone(), limits.clone(), phone_number.clone())).await;
        assert_eq!(taken.iter().filter(|taken| **taken == Some(true)).count(), expected);
        assert!(taken.iter().all(Option::is_some));
    }
    Ok(())
}

/// The number, and whether it may be sent a code.
async fn start_new(store: Store, number: usize) -> Option<(PhoneNumber, bool)> {
    let phone_number = PhoneNumber::parse(&format!("+1415555{number:04}"))?;
    let source = RequestSource::browser(([192, 0, 2, 1], 1).into());
    let limits = StartLimits::of(&NO_LIMITS, &phone_number, &source, false);
    let start = Start { limits, counted: Some(Recipient::of(&phone_number, false)), passes_slowed: true, charge: None };
    let taken = store.take_start(&start, NOW).await.ok()?;
    Some((phone_number, taken.is_ok()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_is_stopped_at_its_threshold_also_for_those_who_pass_where_it_is_slowed() -> TestResult {
    let (store, _database) = empty_store().await?;
    let taken = twenty(|number| start_new(store.clone(), number)).await;
    assert!(taken.iter().all(Option::is_some));
    let sent: Vec<_> = taken.into_iter().flatten().filter(|(_, is_sent)| *is_sent).collect();
    assert_eq!(sent.len(), 8);
    // Entering takes those back that were counted for the number, and no more than once.
    let (phone_number, _) = sent.first().ok_or("none was sent")?;
    for _ in 0..2 {
        store.count_entered(phone_number, NOW).await?;
    }
    let row: (i64, i64, i64) = sqlx::query_as(
        "SELECT CAST(SUM(sent) AS BIGINT), CAST(SUM(entered) AS BIGINT), CAST(SUM(known) AS BIGINT) FROM tenant_conversions",
    )
    .fetch_one(&mut *store.connections.take().await?)
    .await?;
    assert_eq!(row, (3 * 8, 3, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_start_takes_nothing() -> TestResult {
    let (store, _database) = empty_store().await?;
    let limits = Limits { starts_per_ip_hour: 2, starts_total_hour: 1, ..NO_LIMITS };
    for expected in [true, false, false] {
        assert_eq!(start(store.clone(), limits.clone(), phone()?).await, Some(expected));
    }
    // One of two is left for the address, which the two refused starts did not touch.
    let by_address = Limits { starts_total_hour: 0, ..limits };
    for expected in [true, false] {
        assert_eq!(start(store.clone(), by_address.clone(), phone()?).await, Some(expected));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_one_user() -> TestResult {
    let (store, _database) = empty_store().await?;
    let phone_number = phone()?;
    let ids = twenty(|n| {
        let (store, phone_number) = (store.clone(), phone_number.clone());
        async move { store.sign_up_or_in("sms", &phone_number, &n.to_string(), NOW).await.map(|user| user.id).ok() }
    })
    .await;
    let first = ids.first().cloned().flatten().ok_or("no user")?;
    assert!(ids.iter().all(|id| id.as_ref() == Some(&first)), "{ids:?}");
    let other = store.sign_up_or_in("members", &phone_number, "other", NOW).await?;
    assert_eq!(other.id, "other", "the same number is someone else at another connection");
    assert!(store.user_with_number("nowhere", &phone_number).await?.is_none());
    assert!(store.user(&first).await?.is_some_and(|user| user.phone_number == phone_number.as_str()));
    Ok(())
}

fn grant(user_id: &str) -> Grant {
    let scope = Scope::known(Some("openid offline_access"));
    Grant { user_id: user_id.to_owned(), scope, audience: None, nonce: None, auth_time: NOW.seconds(), sid: None }
}

fn family(token: &str) -> NewFamily {
    NewFamily { client_id: "web".to_owned(), grant: grant("user"), token: token.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_code_is_taken_once() -> TestResult {
    let (store, _database) = empty_store().await?;
    let stored = StoredCode {
        client_id: "web".to_owned(),
        redirect_uri: "https://app.example/".to_owned(),
        code_challenge: Some("challenge".to_owned()),
        grant: grant("user"),
        expires_at: NOW.plus_seconds(MINUTE),
    };
    store.put_authorization_code("code", &stored).await?;
    let family = |token: &str| Ok::<_, Infallible>(Some(family(token)));
    assert!(store.take_authorization_code("other", NOW, |_| family("none")).await?.is_none());
    let taken = twenty(|n| {
        let store = store.clone();
        async move { store.take_authorization_code("code", NOW, |_| family(&format!("token {n}"))).await.ok().flatten() }
    })
    .await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    let [Ok((code, Some(family)))] = &taken[..] else { return Err(format!("taken {} times", taken.len()).into()) };
    assert_eq!((code.client_id.as_str(), code.grant.user_id.as_str()), ("web", "user"));
    assert_eq!(code.code_challenge.as_deref(), Some("challenge"));
    assert!(store.refresh_family(&family.token, "web", NOW).await?.is_some());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_rotated_once_and_reuse_ends_the_family() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.start_refresh_family(&GrantId::of("origin"), &family("first"), NOW).await?;
    assert!(store.refresh_family("first", "other-client", NOW).await?.is_none());
    assert!(store.refresh_family("first", "web", NOW.plus_seconds(31 * DAY)).await?.is_none(), "idle for too long");
    let rotations = twenty(|n| {
        let store = store.clone();
        async move {
            let family = store.refresh_family("first", "web", NOW).await.ok()?;
            let Some(family) = family else { return Some(Rotation::Gone) };
            store.rotate_refresh_token(&family, "first", &format!("next {n}"), NOW).await.ok()
        }
    })
    .await;
    let count = |rotation| rotations.iter().filter(|found| **found == Some(rotation)).count();
    assert_eq!((count(Rotation::Done), count(Rotation::Reused)), (1, 1), "{rotations:?}");
    assert_eq!(count(Rotation::Gone), 18, "{rotations:?}");
    for n in 0..20 {
        assert!(store.refresh_family(&format!("next {n}"), "web", NOW).await?.is_none());
    }
    store.start_refresh_family(&GrantId::of("code"), &family("token"), NOW).await?;
    store.end_grant(&GrantId::of("code")).await?;
    assert!(store.refresh_family("token", "web", NOW).await?.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_taken_once_by_its_client_in_time() -> TestResult {
    let (store, _database) = empty_store().await?;
    let ticket = LoginTicket {
        client_id: "web".to_owned(),
        user_id: "user".to_owned(),
        cookie: "cookie".to_owned(),
        expires_at: NOW.plus_seconds(MINUTE),
    };
    store.put_login_ticket("ticket", &ticket).await?;
    assert!(store.take_login_ticket("ticket", "other", NOW).await?.is_none());
    assert!(store.take_login_ticket("ticket", "web", NOW.plus_seconds(MINUTE)).await?.is_none());
    let taken = twenty(|_| {
        let store = store.clone();
        async move { store.take_login_ticket("ticket", "web", NOW).await.ok().flatten() }
    })
    .await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    assert!(matches!(&taken[..], [ticket] if ticket.user_id == "user" && ticket.came_with("cookie")));
    assert!(taken.iter().all(|ticket| !ticket.came_with("another")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_taken_once() -> TestResult {
    let (store, _database) = empty_store().await?;
    let taken = twenty(|_| {
        let store = store.clone();
        async move { store.use_assertion("name", NOW).await.ok() }
    })
    .await;
    assert_eq!(taken.iter().filter(|taken| **taken == Some(true)).count(), 1, "{taken:?}");
    assert!(store.use_assertion("another", NOW).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_of_a_form_is_begun_once() -> TestResult {
    let (store, _database) = empty_store().await?;
    let end = NOW.plus_seconds(MINUTE);
    let states = twenty(|_| {
        let store = store.clone();
        async move { store.begin_login_send("form", NOW, end).await.ok() }
    })
    .await;
    assert_eq!(states.iter().filter(|state| **state == Some(LoginSend::Begun)).count(), 1);
    assert_eq!(states.iter().filter(|state| **state == Some(LoginSend::UnderWay)).count(), 19);
    let begin = async |form, now: Millis| store.begin_login_send(form, now, now.plus_seconds(MINUTE)).await;
    for outcome in [Ok(NOW), Err(LoginNotice::RateLimited { retry_after: Some(7) })] {
        store.end_login_send("form", &outcome).await?;
        assert_eq!(begin("form", Millis(end.0 - 1)).await?, LoginSend::Ended(outcome));
    }
    assert_eq!(begin("other", NOW).await?, LoginSend::Begun);
    store.forget_login_send("other").await?;
    assert_eq!(begin("other", NOW).await?, LoginSend::Begun);
    // Whoever began it may have broken off.
    assert_eq!(begin("form", end).await?, LoginSend::Begun);
    assert_eq!(begin("form", end).await?, LoginSend::UnderWay);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_idle_when_old_and_when_told() -> TestResult {
    let (store, _database) = empty_store().await?;
    for token in ["idle", "old", "told", "called"] {
        let session = SsoSession {
            sid: format!("sid of {token}"),
            user_id: "user".to_owned(),
            created_at: NOW,
            is_confirmed: true,
        };
        store.put_sso_session(token, &session).await?;
    }
    let is_live = async |token: &str, days| store.sso_session(token, NOW.plus_seconds(days * DAY)).await;
    assert!(is_live("idle", 3).await?.is_some_and(|session| session.sid == "sid of idle" && session.created_at == NOW));
    assert!(store.sso_session("idle", NOW.plus_seconds(6 * DAY + 1)).await?.is_none());
    for days in (3..=30).step_by(3) {
        assert!(is_live("old", days).await?.is_some(), "{days}");
    }
    assert!(is_live("old", 31).await?.is_none());
    store.end_sso_session("told").await?;
    store.log_out_by_sid("sid of called").await?;
    assert!(is_live("told", 0).await?.is_none() && is_live("called", 0).await?.is_none());
    Ok(())
}

/// Instances poll at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn a_logout_is_delivered_once_a_receiver_and_again_if_nothing_is_stored() -> TestResult {
    let (store, _database) = empty_store().await?;
    for token in ["one", "two"] {
        let sid = format!("sid of {token}");
        let session = SsoSession { sid, user_id: "user".to_owned(), created_at: NOW, is_confirmed: true };
        store.put_sso_session(token, &session).await?;
        store.log_out_by_token(token).await?;
        store.log_out_by_token(token).await?;
    }
    let (soon, later) = (NOW.plus_seconds(1), NOW.plus_seconds(2));
    let claim = |now: Millis, until: Millis| {
        let store = store.clone();
        async move {
            let url = |client: &str| format!("https://{client}.example/logout");
            let receivers = ["a", "b"].map(|client| Receiver { client_id: client.to_owned(), url: url(client) });
            store.plan_logout_deliveries(&receivers, now, &SystemEntropy).await?;
            store.claim_logout_deliveries(now, until).await
        }
    };
    let claimed = twenty(|_| claim(NOW, later)).await.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let mut told: Vec<_> = claimed
        .iter()
        .map(|delivery| (delivery.logout.sid.as_deref(), delivery.receiver.client_id.as_str(), delivery.attempts))
        .collect();
    told.sort_unstable();
    let (one, two) = (Some("sid of one"), Some("sid of two"));
    assert_eq!(told, [(one, "a", 1), (one, "b", 1), (two, "a", 1), (two, "b", 1)]);
    assert!(!store.has_logouts(soon).await?);
    let [done, retried, ..] = &claimed[..] else { return Err("four deliveries".into()) };
    store.end_logout_delivery(&done.id).await?;
    store.retry_logout_delivery(&retried.id, soon).await?;
    assert!(store.has_logouts(soon).await?);
    assert_eq!(claim(soon, later).await?.iter().map(|delivery| &delivery.id).collect::<Vec<_>>(), [&retried.id]);
    assert_eq!(claim(later, later.plus_seconds(1)).await?.len(), 3, "the outcome of two was never stored");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_secret_and_the_first_keys_stay() -> TestResult {
    let (store, _database) = empty_store().await?;
    let secrets = twenty(|_| {
        let store = store.clone();
        async move { store.secret("name", &SystemEntropy).await.ok() }
    })
    .await;
    let mut secrets: Vec<_> = secrets.into_iter().flatten().map(|secret| secret.expose_secret().to_owned()).collect();
    assert_eq!(secrets.len(), 20);
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
    for key in [b"first", b"later"] {
        for (algorithm, slot) in [(Rs256, Slot::Current), (Rs256, Slot::Next), (Es256, Slot::Current)] {
            store.offer_signing_key(algorithm, slot, key, NOW).await?;
        }
    }
    let keys = store.signing_keys(Rs256).await?.ok_or("no keys")?;
    assert_eq!((keys.current.0, keys.next.0), (b"first".to_vec(), b"first".to_vec()));
    assert!(store.signing_keys(Es256).await?.is_none(), "the next one is missing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_rotations_one_counts() -> TestResult {
    for algorithm in SigningAlgorithm::ALL {
        let (store, _database) = empty_store().await?;
        for offered in SigningAlgorithm::ALL {
            store.offer_signing_key(offered, Slot::Current, b"one", NOW).await?;
            store.offer_signing_key(offered, Slot::Next, b"two", NOW).await?;
        }
        let rotated = twenty(|n| {
            let store = store.clone();
            async move {
                let keys = StoredKeys { current: (b"one".to_vec(), NOW), next: (b"two".to_vec(), NOW) };
                let public = PublicKey::new(algorithm, [b"one".to_vec(), vec![1]]);
                let retired = RetiredKey { public, retired_at: NOW };
                store.rotate_signing_keys(&keys, format!("three {n}").as_bytes(), &retired).await.ok()
            }
        })
        .await;
        assert_eq!(rotated.iter().filter(|rotated| **rotated == Some(true)).count(), 1, "{rotated:?}");
        for of in SigningAlgorithm::ALL {
            let keys = store.signing_keys(of).await?.ok_or("no keys")?;
            let (current, next): (&[u8], &[u8]) = if of == algorithm { (b"two", b"three") } else { (b"one", b"two") };
            assert!(keys.current.0 == current && keys.next.0.starts_with(next));
        }
        let retired = store.retired_keys(NOW.plus_seconds(-1)).await?;
        assert!(matches!(&retired[..], [key] if key.public.algorithm == algorithm && key.public.numbers[0] == b"one"));
        assert!(store.retired_keys(NOW).await?.is_empty());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_from_furthest_along_stays() -> TestResult {
    let (store, _database) = empty_store().await?;
    let report = |status, stage, error_code| Report { message_id: "SM1", status, stage, error_code };
    store.message_reported(&report("undelivered", Stage::Settled, Some(30_003)), NOW).await?;
    store.message_reported(&report("sent", Stage::Sent, None), NOW).await?;
    store.record_message("SM1", "sms", &phone()?, NOW).await?;
    store.record_message("SM2", "sms", &phone()?, NOW.plus_seconds(1)).await?;
    let messages = store.messages(10).await?;
    let told: Vec<_> = messages.iter().map(|message| (message.status.as_str(), message.error_code)).collect();
    assert_eq!(told, [("accepted", None), ("undelivered", Some(30_003))]);
    assert!(messages.iter().all(|message| message.recipient.as_deref() == Some("+14•••••••71")));
    assert_eq!(store.messages(1).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_newest_first() -> TestResult {
    let (store, _database) = empty_store().await?;
    for (seconds, event) in [(0, Event::CodeSent), (1, Event::CodeRefused), (2, Event::CodeAccepted)] {
        let entry = Entry {
            event,
            client_id: Some("web"),
            connection: None,
            phone_number: None,
            user_id: None,
            ip: Some([192, 0, 2, 1].into()),
            description: None,
        };
        store.write_log(&entry, NOW.plus_seconds(seconds), &SystemEntropy).await?;
    }
    let events: Vec<_> = store.logs(2).await?.into_iter().map(|entry| (entry.event, entry.ip)).collect();
    let from = || Some("192.0.2.1".to_owned());
    assert_eq!(events, [("sepotpft".to_owned(), from()), ("fepotpft".to_owned(), from())]);
    Ok(())
}

fn subjects(users: &[PortableUser]) -> Vec<String> {
    users.iter().map(PortableUser::subject).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_blocked_and_removed() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    let phone_number = phone()?;
    let user = store.sign_up_or_in("sms", &phone_number, "id", NOW).await?;
    store.sign_up_or_in("members", &phone_number, "other", NOW.plus_seconds(1)).await?;
    let ids = |people: Vec<crate::admin::users::UserRecord>| {
        people.into_iter().map(|person| person.user_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(store.list_users().await?), ["sms|other", "sms|id"], "newest first");
    assert_eq!(subjects(&store.find_users(&UserSelector::Number(phone_number.clone())).await?).len(), 2);
    assert_eq!(subjects(&store.find_users(&UserSelector::Id("id")).await?), ["sms|id"]);
    assert!(store.find_users(&UserSelector::Id("")).await?.is_empty());
    assert!(store.set_blocked(&UserSelector::Id("id"), true).await?.iter().all(|person| person.blocked));
    assert!(store.user(&user.id).await?.is_some_and(|user| user.blocked));

    send(&store, "111111").await?;
    send(&store, "222222").await?;
    let session = SsoSession { sid: "sid".to_owned(), user_id: user.id.clone(), created_at: NOW, is_confirmed: true };
    store.put_sso_session("cookie", &session).await?;
    assert_eq!(ids(store.delete_users(&UserSelector::Id("id")).await?), ["sms|id"]);
    assert!(store.user(&user.id).await?.is_none() && store.sso_session("cookie", NOW).await?.is_none());
    for code in ["111111", "222222"] {
        assert!(matches!(redeem(&store, code).await, Some(Err(Refusal::WrongCode { .. } | Refusal::Expired))));
    }
    assert_eq!(ids(store.list_users().await?), ["sms|other"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_users_keep_their_identifiers_and_share_no_number() -> TestResult {
    let (store, _database) = empty_store().await?;
    let user = |id: &str, number, blocked, last_login| {
        let phone_number = PhoneNumber::stored(number).ok_or("not a number")?;
        let (id, connection) = (id.to_owned(), "sms".to_owned());
        Ok::<_, Box<dyn Error>>(PortableUser { id, connection, phone_number, blocked, created_at: NOW, last_login })
    };
    let (first, second) = ("+14155552671", "+14155552672");
    let later = NOW.plus_seconds(MINUTE);
    for (imported, expected) in [
        (user("a", first, false, later)?, ImportOutcome::New),
        (user("b", first, false, NOW)?, ImportOutcome::NumberTaken),
        (user("a", second, false, NOW)?, ImportOutcome::Known),
        (user("a", second, true, NOW)?, ImportOutcome::NewlyBlocked),
        (user("a", second, true, NOW)?, ImportOutcome::Known),
        (user("a", second, false, NOW)?, ImportOutcome::Known),
        (user("b", first, false, NOW)?, ImportOutcome::New),
        (user("b", second, true, NOW)?, ImportOutcome::NumberTaken),
    ] {
        assert_eq!(store.import_users([&imported].into_iter()).await?, [expected], "{imported:?}");
    }
    assert_eq!(store.users_after("", 1).await?, [user("a", second, true, later)?]);
    assert_eq!(store.users_after("a", 10).await?, [user("b", first, false, NOW)?]);
    assert_eq!(
        store.find_users(&UserSelector::Number(PhoneNumber::stored(second).ok_or("not a number")?)).await?.len(),
        1
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_removed_and_the_rest_stays() -> TestResult {
    let (store, _database) = empty_store().await?;
    store.put_otp_key(&"key".into(), NOW).await?;
    send(&store, "111111").await?;
    send(&store, "222222").await?;
    store.use_assertion("name", NOW.plus_seconds(MINUTE)).await?;
    store.begin_login_send("form", NOW, NOW.plus_seconds(MINUTE)).await?;
    store.start_refresh_family(&GrantId::of("origin"), &family("token"), NOW).await?;
    assert_eq!(store.delete_expired(NOW).await?, 0);
    // The replaced code, the assertion and the form's message.
    assert_eq!(store.delete_expired(NOW.plus_seconds(4 * MINUTE)).await?, 3);
    assert!(store.refresh_family("token", "web", NOW).await?.is_some());
    // The newest code, of which a late try is told for a day, and the family.
    assert_eq!(store.delete_expired(NOW.plus_seconds(31 * DAY)).await?, 2);
    assert_eq!(store.delete_expired(NOW.plus_seconds(31 * DAY)).await?, 0);
    Ok(())
}
