//! As in [`crate::fuzz`]: what applications send.

use bolero::check;

use super::{
    authorization_response::{RESPONSE_TYPES, ResponseType},
    pkce,
    scope::{SUPPORTED, Scope},
};
use crate::fuzz::{almost, texts};

#[test]
fn fuzz_scopes() {
    let pieces: &[&str] =
        &["openid", "phone", "profile", "offline_access", "email", " ", "\t", "\n", "\u{a0}", "OPENID"];
    check!().with_generator((texts(pieces), texts(pieces))).for_each(|(granted, asked)| {
        let scope = Scope::known(Some(granted));
        let text = scope.to_string();
        assert!(text.split_ascii_whitespace().all(|word| SUPPORTED.contains(&word) && scope.has(word)));
        assert_eq!(Scope::known(Some(&text)), scope);
        let narrowed = scope.narrowed(Some(asked)).to_string();
        assert!(narrowed.split_ascii_whitespace().all(|word| scope.has(word)), "never more than was granted");
    });
}

#[test]
fn fuzz_response_types() {
    let pieces: &[&str] = &["code", "token", "id_token", " ", "  ", "\t", "none", "Code"];
    check!().with_generator(texts(pieces)).for_each(|text| {
        let mut words: Vec<_> = text.split_ascii_whitespace().collect();
        words.sort_unstable();
        let is_listed = RESPONSE_TYPES.iter().any(|listed| {
            let mut listed: Vec<_> = listed.split(' ').collect();
            listed.sort_unstable();
            listed == words
        });
        assert_eq!(ResponseType::parse(text).is_some(), is_listed);
    });
}

/// Nothing but a challenge's own verifier fits it, and no challenge that came as such is lost.
#[test]
fn fuzz_pkce() {
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    check!().with_generator((almost(CHALLENGE), almost(VERIFIER))).for_each(|(challenge, verifier)| {
        assert_eq!(pkce::verify(Some(CHALLENGE), Some(verifier)), verifier == VERIFIER);
        assert_eq!(pkce::verify(Some(challenge), Some(VERIFIER)), challenge == CHALLENGE);
        assert!(!pkce::verify(None, Some(verifier)) && !pkce::verify(Some(challenge), None));
        assert!(!pkce::is_challenge(challenge) || challenge.len() == CHALLENGE.len());
    });
}

#[test]
fn fuzz_challenges() {
    let pieces: &[&str] = &["A", "-", "_", "=", "+", "/", "AAAA", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw"];
    check!().with_generator(texts(pieces)).for_each(|text| {
        assert!(!pkce::is_challenge(text) || text.len() == 43);
    });
}
