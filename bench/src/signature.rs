//! What the signature of a token costs: the least that a login with an ID token can.

use crate::{
    error::BenchError,
    load::{count, millis},
    usage::Cpu,
};
use aws_lc_rs::{
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256},
};
use std::time::Duration;

/// As long as the header and the claims of an ID token.
const MESSAGE: [u8; 600] = [b'a'; 600];
/// Between two looks at the clock, which counts in hundredths of a second.
const BATCH: usize = 100;
/// Makes the error of the clock one in a hundred.
const ENOUGH: Duration = Duration::from_secs(1);

/// Milliseconds of CPU for one signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signatures {
    pub(crate) rs256: f64,
    pub(crate) es256: f64,
}

impl Signatures {
    /// By the library that signs the tokens of the tenant.
    pub(crate) fn measure() -> Result<Self, BenchError> {
        let random = SystemRandom::new();
        let rsa = KeyPair::generate(KeySize::Rsa2048)?;
        let mut signature = vec![0; rsa.public_modulus_len()];
        let rs256 = cost(|| rsa.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature))?;
        let ecdsa = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let es256 = cost(|| ecdsa.sign(&random, &MESSAGE).map(drop))?;
        Ok(Self { rs256, es256 })
    }
}

fn cost(mut sign: impl FnMut() -> Result<(), Unspecified>) -> Result<f64, BenchError> {
    let process = std::process::id();
    let before = Cpu::of(process)?;
    let mut signatures = 0;
    loop {
        for _ in 0..BATCH {
            sign()?;
        }
        signatures += BATCH;
        let used = Cpu::of(process)?.since(before);
        if used.sum() >= ENOUGH {
            return Ok(millis(used.sum()) / count(signatures));
        }
    }
}
