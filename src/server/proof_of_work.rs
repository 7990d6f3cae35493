//! The script of a page that asks for a proof of work. No other page has it.

use crate::{Passwordless, headless::escaped_attribute, outcome::Refusal};
use leptos::nonce::use_nonce;

const SCRIPT: &str = include_str!("proof_of_work.js");

/// The script as a part of the page, with its challenge; empty unless the dialog asks for a proof of work.
pub(crate) fn script(passwordless: Passwordless) -> String {
    let challenge = match passwordless.refusal() {
        Some(Refusal::ProofOfWork { challenge, .. }) if !challenge.is_empty() => challenge,
        _ => return String::new(),
    };
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    format!(
        r#"<script nonce="{}" data-challenge="{}">{SCRIPT}</script>"#,
        escaped_attribute(&nonce),
        escaped_attribute(&challenge)
    )
}
