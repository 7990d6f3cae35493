//! How often codes may be asked for, and by whom.

use crate::support::{PHONE, program::Program};
use leptos_passwordless::outcome::{Refusal, StartOutcome};
use reqwest::StatusCode;
use rstest::rstest;
use tokio::task::JoinSet;

async fn start_from(program: &Program, address: &str, number: usize) -> StartOutcome {
    let phone_number = format!("+1415555{number:04}");
    let call = program.browser().call("start").header("x-forwarded-for", address);
    call.form(&[("phone_number", &phone_number)]).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn ip_limit_holds_for_concurrent_requests() {
    let program = Program::both(&["--limit-starts-per-ip-hour", "5", "--sms-pumping-breaker", "false"]).await;
    program.clock.stop();
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let browser = program.browser();
        calls.spawn(async move { browser.start(&format!("+1415555{:04}", 2600 + number)).await });
    }
    let outcomes = calls.join_all().await;
    let sent = outcomes.iter().filter(|outcome| matches!(outcome, StartOutcome::CodeSent(_)));
    assert_eq!(sent.count(), 5, "{outcomes:?}");
}

#[tokio::test]
async fn forwarded_address_counts_only_from_a_trusted_proxy() {
    let limit = ["--limit-starts-per-ip-hour", "1"];
    let trusting = Program::both(&[&limit[..], &["--trusted-proxies", "127.0.0.0/8"]].concat()).await;
    let distrusting = Program::both(&limit).await;
    for (program, second_is_sent) in [(trusting, true), (distrusting, false)] {
        assert!(matches!(start_from(&program, "198.51.100.1", 2601).await, StartOutcome::CodeSent(_)));
        let second = start_from(&program, "198.51.100.2", 2602).await;
        assert_eq!(matches!(second, StartOutcome::CodeSent(_)), second_is_sent);
    }
}

#[tokio::test]
async fn phone_limit_holds_across_addresses() {
    let program = Program::both(&["--limit-starts-per-phone-hour", "2"]).await;
    for _ in 0..2 {
        assert!(matches!(program.browser().start(PHONE).await, StartOutcome::CodeSent(_)));
    }
    let StartOutcome::Refused(Refusal::RateLimited { retry_after: Some(seconds) }) =
        program.browser().start(PHONE).await
    else {
        panic!("a third code went out");
    };
    program.clock.advance(time::Duration::seconds(i64::from(seconds)));
    assert!(matches!(program.browser().start(PHONE).await, StartOutcome::CodeSent(_)));
}

/// As if 300 codes had just gone to numbers of the United States.
async fn sends_another_after_300(arguments: &[&str]) -> bool {
    let program = Program::both(arguments).await;
    let hour = 3_600_000;
    let full = i64::try_from(program.clock.now().unix_timestamp_nanos() / 1_000_000).unwrap() + hour;
    let insert = sqlx::query("INSERT INTO tenant_limits (bucket, tat) VALUES ('start:country:US', $1)");
    insert.bind(full).execute(&program.connect().await).await.unwrap();
    let outcome = program.browser().start(PHONE).await;
    let is_refused = matches!(outcome, StartOutcome::Refused(Refusal::RateLimited { .. }));
    assert!(is_refused || matches!(outcome, StartOutcome::CodeSent(_)), "{outcome:?}");
    !is_refused
}

#[tokio::test]
async fn country_has_a_cap_in_public_unless_it_is_lifted() {
    let public = ["--app-base-url", "https://app.example", "--auth0-login-flow", "token"];
    let lifted = ["--limit-starts-per-country-hour", "0"];
    assert!(!sends_another_after_300(&public).await);
    assert!(sends_another_after_300(&[&public[..], &lifted].concat()).await);
    assert!(sends_another_after_300(&[]).await, "on loopback");
}

#[tokio::test]
async fn countries_outside_the_list_are_neither_offered_nor_texted() {
    let program = Program::both(&["--limit-countries", "DE,AT"]).await;
    let browser = program.browser();
    let page = browser.open("/login").await.text;
    assert!(
        page.contains("Germany (\u{200e}+49)")
            && page.contains("Austria (\u{200e}+43)")
            && !page.contains("United States")
    );
    assert_eq!(browser.start(PHONE).await, StartOutcome::Refused(Refusal::CountryNotAllowed));
    assert!(matches!(browser.start("+49 1512 3456789").await, StartOutcome::CodeSent(_)));
}

#[tokio::test]
async fn cross_site_start_is_refused() {
    let program = Program::both(&[]).await;
    for path in ["/api/passwordless/start", "/logout"] {
        let request = reqwest::Client::new().post(format!("{}{path}", program.app));
        let foreign = request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
        let response = foreign.form(&[("phone_number", PHONE)]).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert!(program.codes_sent_to(PHONE).await.is_empty());
}

#[tokio::test]
async fn numbers_that_ask_and_never_enter_are_slowed_and_others_are_not() {
    let program = Program::both(&[]).await;
    let mut outcomes = Vec::new();
    for number in 0..4 {
        outcomes.push(program.browser().start(&format!("+1415555{number:04}")).await);
    }
    let slowed = outcomes.pop();
    assert!(matches!(slowed, Some(StartOutcome::Refused(Refusal::ProofOfWork { .. }))), "{slowed:?}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, StartOutcome::CodeSent(_))), "{outcomes:?}");
    assert!(matches!(program.browser().start("+12125553001").await, StartOutcome::CodeSent(_)));
    let without = Program::both(&["--sms-pumping-breaker", "false"]).await;
    for number in 0..6 {
        assert!(matches!(without.browser().start(&format!("+1415555{number:04}")).await, StartOutcome::CodeSent(_)));
    }
}

const WITH_BUDGET: &str = "
clients:
  - name: App
    client_id: client
    client_secret: a-secret-of-the-tests
    callbacks: [CALLBACK_URL]
    is_token_endpoint_ip_header_trusted: true
connections:
  - name: sms
    strategy: sms
    options: { budget: { prices: { default: 0.4 }, per_day: 1 } }
";

#[tokio::test]
async fn spent_budget_is_said_in_a_sentence_of_its_own() {
    let client = ["--auth0-client-id", "client", "--auth0-client-secret", "a-secret-of-the-tests"];
    let program = Program::with_tenant_yaml(WITH_BUDGET, &client).await;
    for number in ["+14155553001", "+12125553001"] {
        assert!(matches!(program.browser().start(number).await, StartOutcome::CodeSent(_)));
    }
    let browser = program.browser();
    assert_eq!(browser.start(PHONE).await, StartOutcome::Refused(Refusal::SmsPaused));
    let fields = [("phone_number", PHONE), ("country", "US")];
    let page = browser.submit("/login", "/api/passwordless/start", &fields).await;
    assert!(page.shows("We can't send a code to this number just now."), "{}", page.text);
    assert_eq!(program.messages().await.len(), 2);
}

#[rstest]
#[case::premium_rate("+1 900 555 1234", Refusal::SpecialNumber)]
#[case::of_another_country("+44 906 123 4567", Refusal::SpecialNumber)]
#[case::satellite("+881 6 1234 5678", Refusal::SpecialNumber)]
#[case::landline("+49 30 123456", Refusal::Landline)]
#[tokio::test]
async fn numbers_that_are_no_mobiles_get_no_code(#[case] number: &str, #[case] refusal: Refusal) {
    let program = Program::both(&[]).await;
    let browser = program.browser();
    assert_eq!(browser.start(number).await, StartOutcome::Refused(refusal.clone()));
    let fields = [("phone_number", number), ("country", "US")];
    let page = browser.submit("/login", "/api/passwordless/start", &fields).await;
    let sentence = if refusal == Refusal::Landline { "This is a landline" } else { "numbers of this kind" };
    assert!(page.shows(sentence), "{}", page.text);
    assert!(program.messages().await.is_empty());
    let open = Program::both(&["--allow-landlines"]).await;
    let is_sent = matches!(open.browser().start(number).await, StartOutcome::CodeSent(_));
    assert_eq!(is_sent, refusal == Refusal::Landline);
}
