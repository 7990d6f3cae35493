//! The keys: those that sign tokens, and those that one-time codes are hashed under.

pub(crate) mod operator_keys;
pub(crate) mod otp_keys;
pub(crate) mod rotation;
pub(crate) mod signing_algorithm;
pub(crate) mod signing_key;
