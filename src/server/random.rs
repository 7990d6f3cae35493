//! The unguessable texts of a login: state, nonce, PKCE's verifier.

use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the system gave no random bytes")]
pub(super) struct NoRandomness;

macro_rules! random_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Serialize, Deserialize)]
        pub(super) struct $name(String);

        impl $name {
            /// 256 bits from the system, as 43 characters of base64url.
            pub(super) fn random() -> Result<Self, NoRandomness> {
                let mut bytes = [0; 32];
                rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
                Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
            }

            pub(super) fn as_str(&self) -> &str {
                &self.0
            }

            /// Compares in constant time.
            #[allow(dead_code, clippy::allow_attributes, reason = "the verifier is only sent, never compared")]
            pub(super) fn is(&self, text: &str) -> bool {
                constant_time::verify_slices_are_equal(self.0.as_bytes(), text.as_bytes()).is_ok()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([REDACTED])"))
            }
        }
    };
}

random_text! {
    /// Ties the callback to the browser that asked for it (RFC 6749, section 10.12).
    State
}
random_text! {
    /// Ties the ID token to the request (OpenID Connect Core, section 3.1.2.1).
    Nonce
}
random_text! {
    /// Ties the code to the one who asked for it (RFC 7636).
    CodeVerifier
}

impl CodeVerifier {
    /// The challenge of method S256.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = CodeVerifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_are_alike_and_none_is_shown() -> Result<(), NoRandomness> {
        let (one, other) = (State::random()?, State::random()?);
        assert!(one.is(one.as_str()) && !one.is(other.as_str()));
        assert_eq!(format!("{one:?}"), "State([REDACTED])");
        Ok(())
    }
}
