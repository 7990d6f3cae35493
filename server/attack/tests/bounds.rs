//! The bounds of `make attack`, on attacks that are small enough for every run of the tests.
#![expect(clippy::unwrap_used, reason = "a test")]

use attack::{
    Ours,
    bounds::LOST_IN_FIRST_HOUR,
    run::{Outcome, run},
    scenario::{Addresses, People, Scenario},
};

/// What a full allowance of an address and what is added to it in an hour amount to.
const OF_ONE_ADDRESS: u32 = 100;

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
async fn attack_from_one_address_costs_no_more_than_its_allowance_and_refuses_nobody() {
    let outcome = small("one-address", 200, &[]).await;
    assert!((1..=OF_ONE_ADDRESS).contains(&outcome.lost.messages), "{outcome:?}");
    assert_eq!((outcome.new.refused(), outcome.known.refused()), (0, 0), "{outcome:?}");
    // One of the known gives up.
    assert_eq!((outcome.new.signed_in, outcome.known.signed_in), (10, 4));
}

/// The simulator is of no use unless it sees an attack that nothing stops, and people whom a blunt defence refuses.
#[tokio::test]
async fn what_holds_nothing_and_what_refuses_everyone_are_both_seen() {
    let open = small("one-address", 200, &["--limit-starts-per-ip-hour", "10000"]).await;
    assert!(open.lost.in_first_hour > LOST_IN_FIRST_HOUR, "{open:?}");
    let shut = small("one-country", 60, &["--limit-starts-total-hour", "10"]).await;
    assert!(shut.new.refused() > 0 && shut.known.refused() > 0, "{shut:?}");
}

#[tokio::test]
async fn same_seed_gives_the_same_outcome() {
    let outcomes = [small("sequence", 40, &[]).await, small("sequence", 40, &[]).await];
    assert_eq!(format!("{:?}", outcomes[0]), format!("{:?}", outcomes[1]));
}
