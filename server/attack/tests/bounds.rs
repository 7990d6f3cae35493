//! The bounds of `make attack`, on attacks that are small enough for every run of the tests.
#![expect(clippy::unwrap_used, reason = "a test")]

use attack::{
    Ours,
    bounds::{LOST_IN_FIRST_HOUR, broken},
    run::{Outcome, run},
    scenario::{Addresses, People, Scenario},
};

/// An attack with fewer attempts, addresses and people, against the program with these settings.
async fn small(id: &str, attempts: u32, settings: &[&str]) -> Outcome {
    let mut scenario = Scenario::all().into_iter().find(|scenario| scenario.id == id).unwrap();
    if let Addresses::V4(count) = scenario.addresses {
        scenario.addresses = Addresses::V4((count * attempts / scenario.attempts).max(1));
    }
    scenario.attempts = attempts;
    scenario.people = People { new: 10, known: 5 };
    let settings: Vec<_> = settings.iter().map(ToString::to_string).collect();
    run(&scenario, &mut Ours::start(&settings).await.unwrap(), 7).await.unwrap()
}

#[tokio::test]
async fn small_attacks_stay_within_the_bounds() {
    for id in ["one-address", "many-countries", "sequence", "many-48"] {
        let outcome = small(id, 200, &[]).await;
        assert_eq!(broken(&outcome), [""; 0], "{outcome:?}");
        assert!(outcome.lost.messages > 0, "some are sent before anyone can know: {outcome:?}");
        // One of the known gives up.
        assert_eq!((outcome.new.signed_in, outcome.known.signed_in), (10, 4), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_page_elsewhere_has_nothing_sent() {
    assert_eq!(small("api", 30, &[]).await.lost.messages, 0);
}

/// What the program holds out with.
const DEFENCELESS: [&str; 5] = [
    "--sms-pumping-breaker=false",
    "--limit-starts-total-hour=0",
    "--limit-starts-per-country-hour=0",
    "--limit-starts-per-ip-hour=10000",
    "--limit-countries=all",
];

/// The simulator is of no use unless it sees an attack that nothing stops, and people whom a blunt defence refuses.
#[tokio::test]
async fn what_holds_nothing_and_what_refuses_everyone_are_both_seen() {
    let open = small("one-address", 200, &DEFENCELESS).await;
    assert!(open.lost.in_first_hour > LOST_IN_FIRST_HOUR, "{open:?}");
    let shut = small("one-country", 60, &["--limit-starts-total-hour", "10"]).await;
    assert!(shut.new.refused() > 0 && shut.known.refused() > 0, "{shut:?}");
}

#[tokio::test]
async fn same_seed_gives_the_same_outcome() {
    let outcomes = [small("sequence", 40, &[]).await, small("sequence", 40, &[]).await];
    assert_eq!(format!("{:?}", outcomes[0]), format!("{:?}", outcomes[1]));
}
