//! What the tenant counts, for the recorder that the program installs. Without one it costs next to nothing.
//!
//! No label has a phone number: at most its country and its dialling code, of which there are some 250.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use crate::{clock::Millis, phone_number::PhoneNumber};

const STARTS: &str = "passwordless_tenant_starts_total";
const ATTEMPTS: &str = "passwordless_tenant_code_attempts_total";
const SENT: &str = "passwordless_tenant_codes_sent_total";
const ENTERED: &str = "passwordless_tenant_codes_entered_total";
const BREAKER: &str = "passwordless_tenant_breaker_total";
const COST: &str = "passwordless_tenant_sms_cost_micros_total";
const LIMITS: &str = "passwordless_tenant_limits_hit_total";
const SMS: &str = "passwordless_tenant_sms_total";
const SMS_SECONDS: &str = "passwordless_tenant_sms_seconds";
const REPORTS: &str = "passwordless_tenant_sms_reports_total";
const DELIVERY_SECONDS: &str = "passwordless_tenant_sms_delivery_seconds";

/// Of a number that belongs to none.
const NONE: &str = "none";

/// Tells the recorder what each of them means.
pub fn describe_metrics() {
    describe_counter!(STARTS, "Requests for a code, by what became of them");
    describe_counter!(ATTEMPTS, "Attempts to use a code, by what became of them");
    describe_counter!(SENT, "Codes sent, by dialling code: far more than are entered are a sign of SMS pumping");
    describe_counter!(ENTERED, "Codes that signed someone in, by dialling code");
    describe_counter!(
        BREAKER,
        "Prefixes whose codes are not entered that were slowed or stopped, by scope and dialling code"
    );
    describe_counter!(COST, "What messages cost by `budget`, in millionths of the currency, by connection and country");
    describe_counter!(LIMITS, "Requests refused by a limit, by the limit");
    describe_counter!(SMS, "Messages handed to a sender, by its answer and the number's country");
    describe_histogram!(SMS_SECONDS, Unit::Seconds, "How long senders take to answer");
    describe_counter!(REPORTS, "Reports of a provider about messages, by status and the provider's error code");
    describe_histogram!(DELIVERY_SECONDS, Unit::Seconds, "From the sender's answer to the report that ends a delivery");
}

/// A request for a code.
pub(crate) fn start(outcome: &'static str) {
    counter!(STARTS, "outcome" => outcome).increment(1);
}

/// An attempt to use a code.
pub(crate) fn attempt(outcome: &'static str) {
    counter!(ATTEMPTS, "outcome" => outcome).increment(1);
}

/// A code went out.
pub(crate) fn code_sent(to: &PhoneNumber) {
    counter!(SENT, "prefix" => prefix(to)).increment(1);
}

/// A code signed its user in.
pub(crate) fn code_entered(number: &PhoneNumber) {
    counter!(ENTERED, "prefix" => prefix(number)).increment(1);
}

/// Numbers with a prefix in common were slowed or stopped.
pub(crate) fn breaker(state: &'static str, scope: &'static str, number: &PhoneNumber) {
    let prefix = if scope == "all" { NONE.to_owned() } else { prefix(number) };
    counter!(BREAKER, "state" => state, "scope" => scope, "prefix" => prefix).increment(1);
}

/// A message went out that costs this, in millionths of the currency.
pub(crate) fn spent(connection: &str, country: &str, micros: i64) {
    let labels = [("connection", connection.to_owned()), ("country", country.to_owned())];
    counter!(COST, &labels).increment(micros.unsigned_abs());
}

/// A limit was exceeded.
pub(crate) fn limit_hit(limit: &'static str) {
    counter!(LIMITS, "limit" => limit).increment(1);
}

/// A sender took a message, or did not.
pub(crate) fn sms(sender: &'static str, outcome: &'static str, to: &str, took: Duration) {
    let country = PhoneNumber::stored(to).map_or_else(|| NONE.to_owned(), |number| number.country_or_none());
    counter!(SMS, "sender" => sender, "outcome" => outcome, "country" => country).increment(1);
    histogram!(SMS_SECONDS, "sender" => sender).record(took);
}

/// A provider reported the status of a message.
pub(crate) fn report(status: &str, error_code: Option<i64>) {
    let error = error_code.map_or_else(|| NONE.to_owned(), |code| code.to_string());
    counter!(REPORTS, "status" => status.to_owned(), "error" => error).increment(1);
}

/// A message arrived, or never will.
pub(crate) fn delivery(status: &str, accepted: Millis, now: Millis) {
    let took = Duration::from_millis(now.0.saturating_sub(accepted.0).max(0).unsigned_abs());
    histogram!(DELIVERY_SECONDS, "status" => status.to_owned()).record(took);
}

fn prefix(number: &PhoneNumber) -> String {
    number.dialling_code().map_or_else(|| NONE.to_owned(), |code| code.to_string())
}
