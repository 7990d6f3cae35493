//! Proof of work before a code is sent, in the format of ALTCHA (<https://altcha.org/docs/v1/server-integration/>): the
//! client looks for the number whose hash, after a salt, is the challenge.
//!
//! Nothing is stored for a challenge that is handed out: it is signed, together with the number that it is for. Who cannot
//! calculate, such as a browser without JavaScript, waits instead, and sends the challenge back without the number.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
    hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    entropy::{self, Entropy},
    phone_number::PhoneNumber,
};

const ALGORITHM: &str = "SHA-256";

/// Half of it is tried on average: half a second in the browser of a cheap phone, and no time that anyone notices elsewhere.
const MAX_NUMBER: u32 = 100_000;

/// A browser solves it at once; who waits instead has some minutes left to come back.
pub(crate) const LIFETIME_SECONDS: i64 = 10 * 60;

/// Much longer than calculating takes anywhere, and short enough for a person to wait.
pub(crate) const WAIT_SECONDS: i64 = 60;

/// A proof has some 400 characters.
const MAX_PROOF: usize = 2048;

/// A challenge, as it is sent to the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct WorkChallenge {
    algorithm: &'static str,
    challenge: String,
    maxnumber: u32,
    salt: String,
    signature: String,
}

/// A challenge that came back, solved or not.
#[derive(Debug, Deserialize)]
pub(crate) struct Proof {
    algorithm: String,
    pub(crate) challenge: String,
    salt: String,
    signature: String,
    /// The solution; who waits instead has none.
    number: Option<u32>,
}

/// What a challenge is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkFor<'a> {
    pub(crate) connection: &'a str,
    pub(crate) phone_number: &'a PhoneNumber,
}

/// How a genuine challenge was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was solved.
    Solved,
    /// It was not, but long enough ago that it was handed out.
    Waited,
    /// It was not, and may be used in that many seconds.
    TooSoon(u32),
}

/// Signs challenges. All instances share it.
pub(crate) struct WorkKey(hmac::Key);

impl WorkKey {
    pub(crate) fn of(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    pub(crate) fn challenge(&self, work: WorkFor<'_>, now: Millis, entropy: &dyn Entropy) -> WorkChallenge {
        let expires = now.plus_seconds(LIFETIME_SECONDS).seconds();
        // The `&` separates it from the number, so that no digit can be moved from one to the other.
        let salt = format!("{}?expires={expires}&", entropy::object_id(entropy));
        let number = u32::from_le_bytes(entropy::bytes(entropy)) % (MAX_NUMBER + 1);
        let challenge = solution_hash(&salt, number);
        let signature = self.sign(&challenge, &salt, work);
        WorkChallenge { algorithm: ALGORITHM, challenge, maxnumber: MAX_NUMBER, salt, signature }
    }

    /// ALTCHA's libraries sign the challenge alone, which clients cannot tell: the signature is opaque to them. Here the salt
    /// counts without the solution too.
    fn sign(&self, challenge: &str, salt: &str, WorkFor { connection, phone_number }: WorkFor<'_>) -> String {
        let text = [challenge, salt, connection, phone_number.as_str()].join("\0");
        hex(hmac::sign(&self.0, text.as_bytes()).as_ref())
    }

    /// `None` if it is forged, expired, for another number, or solved wrongly.
    pub(crate) fn check(&self, proof: &Proof, work: WorkFor<'_>, now: Millis) -> Option<Answer> {
        let signature = self.sign(&proof.challenge, &proof.salt, work);
        verify_slices_are_equal(signature.as_bytes(), proof.signature.as_bytes()).ok()?;
        let left = proof.expires_at()?.seconds() - now.seconds();
        if left <= 0 || proof.algorithm != ALGORITHM {
            return None;
        }
        if let Some(number) = proof.number {
            return (solution_hash(&proof.salt, number) == proof.challenge).then_some(Answer::Solved);
        }
        let to_wait = WAIT_SECONDS - (LIFETIME_SECONDS - left);
        Some(u32::try_from(to_wait).ok().filter(|left| *left > 0).map_or(Answer::Waited, Answer::TooSoon))
    }
}

impl Proof {
    /// Reads what ALTCHA's widget puts into a form: JSON in base64.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_PROOF {
            return None;
        }
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }

    /// When a genuine one expires.
    pub(crate) fn expires_at(&self) -> Option<Millis> {
        let (_, seconds) = self.salt.split_once("?expires=")?;
        Some(Millis(0).plus_seconds(seconds.strip_suffix('&')?.parse().ok()?))
    }

    /// The challenge, to be handed out once more. That it is genuine has been checked.
    pub(crate) fn again(self) -> WorkChallenge {
        let Self { challenge, salt, signature, .. } = self;
        WorkChallenge { algorithm: ALGORITHM, challenge, maxnumber: MAX_NUMBER, salt, signature }
    }
}

fn solution_hash(salt: &str, number: u32) -> String {
    hex(digest(&SHA256, format!("{salt}{number}").as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entropy::SystemEntropy,
        fuzz::{almost, texts},
    };
    use bolero::{check, produce};
    use serde_json::json;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).expect("a number")
    }

    fn key() -> WorkKey {
        WorkKey::of(&"a secret".into())
    }

    /// A challenge sent back with this solution.
    fn proof(challenge: &WorkChallenge, number: Option<u32>) -> Proof {
        let mut proof = json!(challenge);
        proof["number"] = json!(number);
        Proof::read(&STANDARD.encode(proof.to_string())).expect("a proof")
    }

    fn solved(challenge: &WorkChallenge) -> Proof {
        let number = (0..=challenge.maxnumber).find(|n| solution_hash(&challenge.salt, *n) == challenge.challenge);
        proof(challenge, number)
    }

    #[test]
    fn solution_counts_for_its_number_connection_and_key_until_it_expires() {
        let (mine, other) = (number("+14155552671"), number("+14155552672"));
        let work = WorkFor { connection: "sms", phone_number: &mine };
        let proof = solved(&key().challenge(work, NOW, &SystemEntropy));
        let at = |seconds| key().check(&proof, work, NOW.plus_seconds(seconds));
        assert_eq!(at(0), Some(Answer::Solved));
        assert_eq!(at(LIFETIME_SECONDS - 1), Some(Answer::Solved));
        assert_eq!(at(LIFETIME_SECONDS), None);
        assert_eq!(key().check(&proof, WorkFor { phone_number: &other, ..work }, NOW), None);
        assert_eq!(key().check(&proof, WorkFor { connection: "members", ..work }, NOW), None);
        assert_eq!(WorkKey::of(&"another".into()).check(&proof, work, NOW), None);
    }

    #[test]
    fn unsolved_challenge_counts_after_the_wait() {
        let phone_number = number("+14155552671");
        let work = WorkFor { connection: "sms", phone_number: &phone_number };
        let proof = proof(&key().challenge(work, NOW, &SystemEntropy), None);
        let at = |seconds| key().check(&proof, work, NOW.plus_seconds(seconds));
        assert_eq!(at(0), Some(Answer::TooSoon(60)));
        assert_eq!(at(WAIT_SECONDS - 1), Some(Answer::TooSoon(1)));
        assert_eq!(at(WAIT_SECONDS), Some(Answer::Waited));
        assert_eq!(at(LIFETIME_SECONDS), None);
    }

    #[test]
    fn digits_of_the_solution_cannot_become_part_of_the_salt() {
        let phone_number = number("+14155552671");
        let work = WorkFor { connection: "sms", phone_number: &phone_number };
        let mut proof = solved(&key().challenge(work, NOW, &SystemEntropy));
        let solution = proof.number.unwrap_or_default().to_string();
        proof.salt.push_str(&solution[..1]);
        proof.number = solution[1..].parse().ok();
        assert_eq!(key().check(&proof, work, NOW), None);
    }

    /// Whatever is read, nothing but the signed challenge itself counts.
    #[test]
    fn fuzz_proofs_of_work() {
        let phone_number = number("+14155552671");
        let work = WorkFor { connection: "sms", phone_number: &phone_number };
        let challenge = key().challenge(work, NOW, &SystemEntropy);
        let json = json!(challenge).to_string();
        let pieces: &[&str] = &["{", "}", "\"", ":", ",", "number", "salt", "challenge", "?expires=", "&", "1", "null"];
        let inputs = (almost(&json), texts(pieces), produce::<bool>());
        check!().with_generator(inputs).for_each(|(right, noise, is_right)| {
            let text = if *is_right { right } else { noise };
            assert!(Proof::read(text).is_none(), "not in base64");
            let Some(proof) = Proof::read(&STANDARD.encode(text)) else { return };
            let is_signed = (&proof.challenge, &proof.salt) == (&challenge.challenge, &challenge.salt);
            assert!(is_signed || key().check(&proof, work, NOW).is_none());
        });
    }
}
