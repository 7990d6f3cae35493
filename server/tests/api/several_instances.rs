//! Several instances on one database: any of them serves any request.

use crate::support::{PHONE, cluster::Cluster, command::passwordless};
use leptos_passwordless::outcome::{StartOutcome, VerifyOutcome};
use rstest::rstest;
use std::sync::atomic::Ordering;
use tokio::task::JoinSet;

#[rstest]
#[case::redirect("redirect")]
#[case::token("token")]
#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_a_login_is_served_by_another_instance(#[case] flow: &str) {
    let cluster = Cluster::of(3, &["--auth0-login-flow", flow]).await;
    for number in 0..4 {
        let (browser, number) = (cluster.browser(), format!("+1415555{:04}", 2600 + number));
        assert!(matches!(browser.start(&number).await, StartOutcome::CodeSent(_)));
        let code = cluster.code_sent_to(&number).await;
        let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
        browser.open(continue_to).await;
        for _ in &cluster.instances {
            assert!(browser.is_signed_in().await);
        }
    }
    let served: Vec<usize> = cluster.served.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    assert!(served.iter().all(|count| *count >= 8), "{served:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_tries_on_all_instances_one_wins() {
    let cluster = Cluster::of(3, &["--auth0-login-flow", "token", "--limit-starts-per-phone-hour", "0"]).await;
    let browsers: Vec<_> = (0..20).map(|_| cluster.browser()).collect();
    // Each browser has the login under way; the code of the last message is the one that is right.
    for browser in &browsers {
        assert!(matches!(browser.start(PHONE).await, StartOutcome::CodeSent(_)));
    }
    let code = cluster.code_sent_to(PHONE).await;
    let mut tries = JoinSet::new();
    for browser in browsers {
        let code = code.clone();
        tries.spawn(async move { matches!(browser.verify(&code).await, VerifyOutcome::Verified { .. }) });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|won| *won).count(), 1);
}

#[rstest]
#[case::per_address(["--limit-starts-per-ip-hour", "5"], 5)]
#[case::per_country(["--limit-starts-per-country-hour", "6"], 6)]
#[case::in_total(["--limit-starts-total-hour", "7"], 7)]
#[tokio::test(flavor = "multi_thread")]
async fn limits_count_over_all_instances(#[case] limit: [&str; 2], #[case] allowed: usize) {
    let cluster = Cluster::of(3, &[&limit[..], &["--sms-pumping-breaker", "false"]].concat()).await;
    let mut starts = JoinSet::new();
    for number in 0..20 {
        let browser = cluster.browser();
        starts.spawn(async move { browser.start(&format!("+1415555{:04}", 2600 + number)).await });
    }
    let sent = starts.join_all().await.into_iter().filter(|outcome| matches!(outcome, StartOutcome::CodeSent(_)));
    assert_eq!(sent.count(), allowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_blocked_on_all_instances() {
    let cluster = Cluster::of(3, &["--auth0-login-flow", "token", "--limit-starts-per-phone-hour", "2"]).await;
    let mut sent = 0;
    for _ in 0..6 {
        sent += usize::from(matches!(cluster.browser().start(PHONE).await, StartOutcome::CodeSent(_)));
    }
    assert_eq!(sent, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_instances_know_a_rotated_key() {
    let cluster = Cluster::of(3, &[]).await;
    let sign_in = async |number: &str| {
        let browser = cluster.browser();
        browser.start(number).await;
        let code = cluster.code_sent_to(number).await;
        let VerifyOutcome::Verified { continue_to } = browser.verify(&code).await else { panic!("refused") };
        browser.open(continue_to).await;
        assert!(browser.is_signed_in().await);
    };
    for round in 0..3 {
        for number in 0..3 {
            sign_in(&format!("+1415555{:04}", 2600 + 3 * round + number)).await;
        }
        let rotated = passwordless(&["keys", "rotate", "--database-url", cluster.instances[0].database_url()]);
        assert!(rotated.status.success());
    }
}
