//! Random bytes from the operating system.

use aws_lc_rs::rand;
use thiserror::Error;

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the system gave no random bytes")]
pub(super) struct NoRandomness;

#[expect(clippy::disallowed_methods, reason = "the only source of random bytes in the library")]
pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map(|()| bytes).map_err(|_| NoRandomness)
}
