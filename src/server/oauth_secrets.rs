//! The secrets of a login: a random one, and those derived from it: state, nonce, PKCE's verifier.

use super::{
    entropy::{NoRandomness, random_bytes},
    login_id::LoginId,
};
use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
    hmac::{HMAC_SHA256, Key, sign},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! unguessable_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Serialize, Deserialize)]
        pub(super) struct $name(String);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([REDACTED])"))
            }
        }
    };
}

unguessable_text! {
    /// The secret of one login, which the browser has in an encrypted cookie.
    LoginSecret
}
unguessable_text! {
    /// Binds codes to the browser that requested them, at a tenant that supports it.
    Transaction
}
unguessable_text! {
    /// Binds the callback to the browser (RFC 6749, section 10.12). It begins with the login's name.
    State
}
unguessable_text! {
    /// Binds the ID token to the request (OpenID Connect Core, section 3.1.2.1).
    Nonce
}
unguessable_text! {
    /// Binds the authorization code to the client that requested it (RFC 7636).
    CodeVerifier
}

fn text() -> Result<String, NoRandomness> {
    random_bytes::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

impl Transaction {
    pub(super) fn random() -> Result<Self, NoRandomness> {
        text().map(Self)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl LoginSecret {
    /// 256 bits from the system, as 43 characters of base64url.
    pub(super) fn random() -> Result<Self, NoRandomness> {
        text().map(Self)
    }

    /// HMAC-SHA-256 of a text.
    pub(super) fn mac(&self, purpose: &str, text: &str) -> [u8; 32] {
        let key = Key::new(HMAC_SHA256, self.0.as_bytes());
        let tag = sign(&key, [purpose, "\0", text].concat().as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    fn text(&self, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, ""))
    }
}

impl State {
    pub(super) fn of(id: &LoginId, secret: &LoginSecret) -> Self {
        Self([id.as_str(), ".", &secret.text("state")].concat())
    }

    /// The login of a state.
    pub(super) fn login(text: &str) -> Option<LoginId> {
        LoginId::parse(text.split_once('.')?.0).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    pub(super) fn is(&self, text: &str) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), text.as_bytes()).is_ok()
    }
}

impl Nonce {
    pub(super) fn derive(secret: &LoginSecret) -> Self {
        Self(secret.text("nonce"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    pub(super) fn is(&self, text: &str) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), text.as_bytes()).is_ok()
    }
}

impl CodeVerifier {
    pub(super) fn derive(secret: &LoginSecret) -> Self {
        Self(secret.text("code verifier"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

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
    fn no_two_logins_are_alike_and_nothing_is_shown() {
        let now = time::OffsetDateTime::UNIX_EPOCH;
        let [one, other] = [(); 2].map(|()| {
            let (id, secret) = (LoginId::new(now).unwrap(), LoginSecret::random().unwrap());
            (State::of(&id, &secret), id, secret)
        });
        assert!(one.0.is(one.0.as_str()) && !one.0.is(other.0.as_str()));
        assert!(one.0.is(State::of(&one.1, &one.2).as_str()), "the same login has the same state");
        assert_eq!(State::login(one.0.as_str()), Some(one.1));
        assert_eq!(format!("{:?} {:?}", one.0, one.2), "State([REDACTED]) LoginSecret([REDACTED])");
        let derived = [one.2.text("state"), one.2.text("nonce"), one.2.text("code verifier")];
        assert!(derived[0] != derived[1] && derived[1] != derived[2] && derived[0].len() == 43);
    }
}
