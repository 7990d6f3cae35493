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
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
    },
};
use std::time::Duration;

/// As long as the header and the claims of an ID token.
const MESSAGE: [u8; 600] = [b'a'; 600];
/// Between two looks at the clock, which counts in hundredths of a second.
const BATCH: usize = 100;
/// Makes the error of the clock one in a hundred.
const ENOUGH: Duration = Duration::from_secs(1);

/// Milliseconds of CPU for one signature: made by the tenant, and verified by the app.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) made: f64,
    pub(crate) verified: f64,
}

/// Those that ID tokens can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signatures {
    pub(crate) rs256: Signature,
    pub(crate) es256: Signature,
}

impl Signatures {
    /// By the library that signs the tokens of the tenant.
    pub(crate) fn measure() -> Result<Self, BenchError> {
        let random = SystemRandom::new();
        let rsa = KeyPair::generate(KeySize::Rsa2048)?;
        let mut signature = vec![0; rsa.public_modulus_len()];
        let made = cost(|| rsa.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature))?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public_key());
        let rs256 = Signature { made, verified: cost(|| public.verify(&MESSAGE, &signature))? };

        let ecdsa = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let made = cost(|| ecdsa.sign(&random, &MESSAGE).map(drop))?;
        let signature = ecdsa.sign(&random, &MESSAGE)?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, ecdsa.public_key());
        let es256 = Signature { made, verified: cost(|| public.verify(&MESSAGE, signature.as_ref()))? };
        Ok(Self { rs256, es256 })
    }
}

/// Milliseconds of CPU, on average.
fn cost(mut action: impl FnMut() -> Result<(), Unspecified>) -> Result<f64, BenchError> {
    let process = std::process::id();
    let before = Cpu::of(process)?;
    let mut times = 0;
    loop {
        for _ in 0..BATCH {
            action()?;
        }
        times += BATCH;
        let used = Cpu::of(process)?.since(before);
        if used.sum() >= ENOUGH {
            return Ok(millis(used.sum()) / count(times));
        }
    }
}
