//! What waits for others, or keeps what others send, has a bound.

use super::{CRATES, graph};
use std::{collections::BTreeMap, path::Path};

/// Calls without a bound of their own, and what to do instead.
const UNBOUNDED: [(&str, &str); 5] = [
    ("Client::new()", "it has no time-out: use `Client::builder().timeout(…)`"),
    ("reqwest::get(", "it has no time-out: use `Client::builder().timeout(…)`"),
    ("unbounded_channel(", "use `mpsc::channel` with a capacity"),
    ("mpsc::channel()", "use `sync_channel` with a capacity"),
    ("unbounded()", "use `bounded` with a capacity"),
];

/// The sources by their paths, without their tests.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let files = CRATES.iter().flat_map(|(_, folder)| {
        let files = graph::read(&root.join(folder)).unwrap();
        files.into_iter().map(move |(file, text)| (format!("{folder}/{file}"), text))
    });
    let is_test = |file: &str| file.ends_with("/tests.rs") || file.contains("/tests/");
    let without_tests = |text: String| text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
    files.filter(|(file, _)| !is_test(file)).map(|(file, text)| (file, without_tests(text))).collect()
}

fn faults(file: &str, text: &str) -> Vec<String> {
    let calls = UNBOUNDED.iter().filter(|(call, _)| text.contains(call));
    let mut faults: Vec<_> = calls.map(|(call, instead)| format!("{file}: {call}: {instead}")).collect();
    if text.matches("Client::builder()").count() > text.matches(".timeout(").count() {
        faults.push(format!("{file}: a client without `.timeout(…)`"));
    }
    faults
}

#[test]
fn every_client_has_a_time_out_and_every_queue_a_capacity() {
    let sources = sources();
    let clients = sources.values().filter(|text| text.contains("Client::builder()")).count();
    assert!(clients >= 5, "they are not found any more: {clients}");
    let faults: Vec<_> = sources.iter().flat_map(|(file, text)| faults(file, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_has_no_bound_is_found() {
    for text in ["Client::new().get(url)", "reqwest::Client::builder().build()", "mpsc::unbounded_channel()"] {
        assert_eq!(faults("a.rs", text).len(), 1, "{text}");
    }
    assert!(faults("a.rs", "Client::builder().timeout(TIMEOUT).build()").is_empty());
}
