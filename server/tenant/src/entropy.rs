//! Randomness, injected so that rules about it can be tested.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `buf`.
    fn fill(&self, buf: &mut [u8]);
}

/// The operating system's CSPRNG, by way of AWS-LC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the source that is injected")]
    fn fill(&self, buf: &mut [u8]) {
        // AWS-LC aborts the process when its generator fails, so that the error never occurs; the loop makes that explicit.
        while aws_lc_rs::rand::fill(buf).is_err() {}
    }
}

/// 256 unpredictable bits, base64url: for codes, cookies and secrets.
pub(crate) fn token(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>(entropy))
}

/// 24 hexadecimal digits: the form of Auth0's identifiers.
pub(crate) fn object_id(entropy: &dyn Entropy) -> String {
    let nibbles = bytes::<12>(entropy).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

pub(crate) fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut buf = [0; N];
    entropy.fill(&mut buf);
    buf
}
