//! A one-time code in clear.

use secrecy::{ExposeSecret, SecretString};

use crate::entropy::Entropy;

/// The digits that were texted. They print as `[REDACTED]`.
#[derive(Debug)]
pub(crate) struct OneTimeCode(SecretString);

impl OneTimeCode {
    /// Draws `length` digits, each of the ten equally likely.
    pub(crate) fn draw(length: usize, entropy: &dyn Entropy) -> Self {
        let mut digits = String::with_capacity(length);
        while digits.len() < length {
            let mut bytes = [0; 32];
            entropy.fill(&mut bytes);
            // 250 is the largest multiple of ten in a byte; what is above it would favour some digits.
            let fair = bytes.iter().filter(|byte| **byte < 250).map(|byte| char::from(b'0' + byte % 10));
            digits.extend(fair.take(length - digits.len()));
        }
        Self(digits.into())
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
impl From<&str> for OneTimeCode {
    fn from(digits: &str) -> Self {
        Self(digits.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Repeats the bytes that it was given.
    struct Bytes(Vec<u8>);

    impl Entropy for Bytes {
        fn fill(&self, buf: &mut [u8]) {
            for (slot, byte) in buf.iter_mut().zip(self.0.iter().cycle()) {
                *slot = *byte;
            }
        }
    }

    #[test]
    fn bytes_that_would_favour_a_digit_are_skipped() {
        let code = OneTimeCode::draw(4, &Bytes(vec![250, 255, 7, 249, 10, 251]));
        assert_eq!(code.expose(), "7907");
    }

    #[test]
    fn nothing_prints_the_code() {
        assert!(!format!("{:?}", OneTimeCode("123456".into())).contains("123456"));
    }

    proptest! {
        #[test]
        fn codes_have_their_length_and_digits_only(length in 4_usize..=40, bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
            prop_assume!(bytes.iter().take(32).any(|byte| *byte < 250));
            let code = OneTimeCode::draw(length, &Bytes(bytes));
            prop_assert_eq!(code.expose().len(), length);
            prop_assert!(code.expose().bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
