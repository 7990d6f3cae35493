//! The bounds of `make attack`, on attacks that are small enough for every run of the tests.
#![expect(clippy::unwrap_used, reason = "a test")]

use attack::{
    Ours,
    bounds::{self, broken},
    run::{Outcome, run},
    scenario::{Addresses, People, Scenario},
};

/// A tenth of an attack, against the program as it is by default.
async fn tenth_of(id: &str, settings: &[&str]) -> Outcome {
    let mut scenario = Scenario::all().into_iter().find(|scenario| scenario.id == id).unwrap();
    scenario.attempts /= 10;
    scenario.people = People { new: 25, known: 10 };
    if let Addresses::V4(count) = scenario.addresses {
        scenario.addresses = Addresses::V4((count / 10).max(1));
    }
    let settings: Vec<_> = settings.iter().map(ToString::to_string).collect();
    run(&scenario, &mut Ours::start(&settings).await.unwrap(), 7).await.unwrap()
}

#[tokio::test]
async fn attack_from_one_address_is_held() {
    let outcome = tenth_of("one-address", &[]).await;
    assert_eq!(broken(&outcome), Vec::<String>::new());
    assert!(outcome.lost.messages > 0, "the attack does nothing: {outcome:?}");
    assert_eq!((outcome.new.signed_in, outcome.known.signed_in), (25, 10));
}

/// The simulator is no use unless it sees an attack that nothing stops, and people whom a blunt defence refuses.
#[tokio::test]
async fn blunt_defences_are_seen_to_break_the_bounds() {
    let open = tenth_of("one-address", &["--limit-starts-per-ip-hour", "10000"]).await;
    assert!(open.lost.messages > bounds::LOST_IN_FIRST_HOUR, "{open:?}");
    let shut = tenth_of("one-country", &["--limit-starts-total-hour", "20"]).await;
    assert!(shut.new.refused() > 0 && shut.known.refused() > 0, "{shut:?}");
}

#[tokio::test]
async fn same_seed_gives_the_same_outcome() {
    let outcomes = [tenth_of("sequence", &[]).await, tenth_of("sequence", &[]).await];
    assert_eq!(format!("{:?}", outcomes[0]), format!("{:?}", outcomes[1]));
}
