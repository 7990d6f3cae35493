//! Solves the proofs of work that a login asks for: ALTCHA, version 1, <https://altcha.org/docs/v1/>.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write;

/// Where a challenge has no `maxnumber`, as ALTCHA's own client has it.
const DEFAULT_MAX: u64 = 1_000_000;

/// SHA-256 of salt and number is to be `challenge`.
#[derive(Debug, Deserialize)]
pub(crate) struct Challenge {
    algorithm: String,
    #[serde(rename = "challenge")]
    hash: String,
    salt: String,
    signature: String,
    #[serde(alias = "maxNumber")]
    maxnumber: Option<u64>,
}

/// A challenge that was solved.
pub(crate) struct Solution {
    /// What is sent back: base64 of JSON.
    pub(crate) payload: String,
    /// How many hashes it took.
    pub(crate) hashes: u64,
}

impl Challenge {
    /// The challenge in an answer, wherever it stands in it; also as JSON in a string.
    pub(crate) fn in_answer(answer: &Value) -> Option<Self> {
        match answer {
            Value::Object(members) => {
                let is_one = ["challenge", "salt", "signature"].iter().all(|name| members.contains_key(*name));
                let found = is_one.then(|| Self::deserialize(answer).ok()).flatten();
                found.or_else(|| members.values().find_map(Self::in_answer))
            }
            Value::Array(values) => values.iter().find_map(Self::in_answer),
            Value::String(text) if text.starts_with('{') => {
                serde_json::from_str(text).ok().as_ref().and_then(Self::in_answer)
            }
            _ => None,
        }
    }

    /// What is sent back by who waits.
    pub(crate) fn unsolved(&self) -> String {
        STANDARD.encode(self.with(&json!({})).to_string())
    }

    /// Tries all numbers; `None` if none fits.
    pub(crate) fn solve(&self) -> Option<Solution> {
        let number = (0..=self.maxnumber.unwrap_or(DEFAULT_MAX)).find(|number| self.is_solved_by(*number))?;
        let payload = self.with(&json!({ "number": number, "took": 500 }));
        Some(Solution { payload: STANDARD.encode(payload.to_string()), hashes: number + 1 })
    }

    fn with(&self, solution: &Value) -> Value {
        let mut payload = json!({
            "algorithm": self.algorithm, "challenge": self.hash, "salt": self.salt, "signature": self.signature,
        });
        for (name, value) in solution.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        payload
    }

    fn is_solved_by(&self, number: u64) -> bool {
        hex(digest(&SHA256, format!("{}{number}", self.salt).as_bytes()).as_ref()) == self.hash
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_is_found_and_solved() {
        let challenge = hex(digest(&SHA256, b"salt?expires=1&77").as_ref());
        let members = json!({
            "algorithm": "SHA-256", "challenge": challenge, "maxnumber": 100, "salt": "salt?expires=1&",
            "signature": "of the server",
        });
        for answer in [json!({"Refused": {"altcha": members}}), json!({"Refused": {"sentence": members.to_string()}})] {
            let solution = Challenge::in_answer(&answer).unwrap().solve().unwrap();
            let payload: Value = serde_json::from_slice(&STANDARD.decode(solution.payload).unwrap()).unwrap();
            assert_eq!(
                (solution.hashes, &payload["number"], &payload["signature"]),
                (78, &json!(77), &members["signature"])
            );
        }
        assert!(Challenge::in_answer(&json!({"Refused": {"reason": "RateLimited"}})).is_none());
    }
}
