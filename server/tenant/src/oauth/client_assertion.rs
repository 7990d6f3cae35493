//! `private_key_jwt`: a client authenticates with a token that it signed, RFC 7523 section 3 and OpenID Connect Core section 9.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use super::assertion_key::AssertionClaims;

/// The `client_assertion_type` of a JSON Web Token.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Algorithms that a client may sign with, as at Auth0.
pub(crate) const ALGORITHMS: [&str; 3] = ["RS256", "RS384", "PS256"];

/// How far ahead an expiry may be: until then the `jti` is stored, against replay.
const MAX_SECONDS: i64 = 60 * 60;

/// How far the clocks of client and tenant may be apart.
const LEEWAY_SECONDS: i64 = 60;

/// The `sub` of an assertion that is not verified yet: good for finding the client, and nothing else.
pub(crate) fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Subject>(&payload).ok().map(|claims| claims.sub)
}

/// Whether the header has `crit`, RFC 7515 section 4.1.11: no extension is supported here.
pub(crate) fn is_critical(assertion: &str) -> bool {
    let header = assertion.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok());
    header.is_none_or(|header| header.get("crit").is_some())
}

/// Whether an assertion with these claims is valid at `now`, in Unix seconds.
pub(crate) fn is_current(claims: &AssertionClaims, now: i64) -> bool {
    let begins = claims.nbf.unwrap_or(now);
    now < claims.exp && claims.exp - now <= MAX_SECONDS && begins <= now + LEEWAY_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::texts;

    #[test]
    fn fuzz_claimed_clients() {
        // `{"sub":"app"}`, and pieces of it.
        let pieces: &[&str] =
            &[".", "eyJzdWIiOiJhcHAifQ", "eyJ", "zdWIi", "OiJhcHAifQ", "=", "_", "-", "AAAA", "bnVsbA"];
        bolero::check!().with_generator(texts(pieces)).for_each(|text| {
            assert!(claimed_client(text).is_none() || text.contains('.'));
        });
    }
}
