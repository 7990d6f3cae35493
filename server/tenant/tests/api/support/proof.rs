//! Proofs of work, as a client makes them.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// The solution of a challenge, as ALTCHA's widget puts it into a form.
pub(crate) fn solved(challenge: &Value) -> String {
    let salt = challenge["salt"].as_str().unwrap();
    let expected = challenge["challenge"].as_str().unwrap();
    let is_solution = |number: &u64| {
        let hash = digest(&SHA256, format!("{salt}{number}").as_bytes());
        let mut hex = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        hex.all({
            let mut rest = expected;
            move |byte| rest.strip_prefix(byte.as_str()).map(|after| rest = after).is_some()
        })
    };
    let number = (0..=challenge["maxnumber"].as_u64().unwrap()).find(is_solution).unwrap();
    with(challenge, &json!({"number": number, "maxnumber": null, "took": 17}))
}

/// The challenge as it is sent back by who waited.
pub(crate) fn unsolved(challenge: &Value) -> String {
    with(challenge, &json!({}))
}

/// The challenge with other members.
pub(crate) fn with(challenge: &Value, changes: &Value) -> String {
    STANDARD.encode(super::changed_json(challenge.clone(), changes).to_string())
}
