//! What the login counts, with the feature `metrics`: for the recorder that the app has installed.

use crate::outcome::{ApiError, Refusal, StartOutcome, VerifyOutcome};
use std::time::Duration;

const STARTS: &str = "passwordless_app_starts_total";
const VERIFIES: &str = "passwordless_app_verifies_total";
const TENANT_CALL_SECONDS: &str = "passwordless_app_tenant_call_seconds";
const CREATED: &str = "passwordless_app_sessions_created_total";
const ENDED: &str = "passwordless_app_sessions_ended_total";
const LIMITS: &str = "passwordless_app_limits_hit_total";

/// Of a failure that is no refusal.
const FAILED: &str = "Failed";

/// Why a session ended.
#[derive(Clone, Copy)]
pub(super) enum Ended {
    SignedOut,
    /// It was old, or not used for long.
    Expired,
    /// Its browser signed in anew.
    Replaced,
    /// The tenant refused its refresh token.
    Refused,
}

/// Tells the recorder of the crate `metrics` what each of the login's metrics means. Their names begin with
/// `passwordless_app_`; labels are outcomes, the paths of the tenant's endpoints and the like, and never a phone number.
#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub fn describe_metrics() {
    use metrics::{Unit, describe_counter, describe_histogram};
    describe_counter!(STARTS, "Codes that users asked for, by what became of it");
    describe_counter!(VERIFIES, "Codes that users typed, by what became of it");
    describe_histogram!(TENANT_CALL_SECONDS, Unit::Seconds, "How long the tenant takes to answer the app");
    describe_counter!(CREATED, "Sessions that began");
    describe_counter!(ENDED, "Sessions that ended, by the reason");
    describe_counter!(LIMITS, "Requests refused by a limit of the app, by the limit");
}

pub(super) fn started(outcome: &Result<StartOutcome, ApiError>) {
    let outcome = match outcome {
        Ok(StartOutcome::CodeSent(_)) => "CodeSent",
        Ok(StartOutcome::Refused(refusal)) => refusal.reason(),
        Err(_) => FAILED,
    };
    count(STARTS, &[("outcome", outcome)]);
}

pub(super) fn verified(outcome: &Result<VerifyOutcome, ApiError>) {
    let outcome = match outcome {
        Ok(VerifyOutcome::Verified { .. }) => "Verified",
        Ok(VerifyOutcome::Refused(refusal)) => Refusal::reason(refusal),
        Err(_) => FAILED,
    };
    count(VERIFIES, &[("outcome", outcome)]);
}

/// A call of the tenant, which answered with this status or not at all. The paths of its endpoints are few and fixed.
pub(super) fn tenant_called(path: &str, status: Option<u16>, took: Duration) {
    let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    observe(TENANT_CALL_SECONDS, &[("endpoint", path), ("status", &status)], took);
}

pub(super) fn session_created() {
    count(CREATED, &[]);
}

pub(super) fn session_ended(reason: Ended) {
    let reason = match reason {
        Ended::SignedOut => "signed_out",
        Ended::Expired => "expired",
        Ended::Replaced => "replaced",
        Ended::Refused => "refused",
    };
    count(ENDED, &[("reason", reason)]);
}

pub(super) fn limit_hit(limit: &str) {
    count(LIMITS, &[("limit", limit)]);
}

#[cfg(feature = "metrics")]
fn count(name: &'static str, labels: &[(&'static str, &str)]) {
    metrics::counter!(name, &owned(labels)).increment(1);
}

#[cfg(feature = "metrics")]
fn observe(name: &'static str, labels: &[(&'static str, &str)], took: Duration) {
    metrics::histogram!(name, &owned(labels)).record(took);
}

#[cfg(feature = "metrics")]
fn owned(labels: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[cfg(not(feature = "metrics"))]
fn count(_: &'static str, _: &[(&'static str, &str)]) {}

#[cfg(not(feature = "metrics"))]
fn observe(_: &'static str, _: &[(&'static str, &str)], _: Duration) {}
