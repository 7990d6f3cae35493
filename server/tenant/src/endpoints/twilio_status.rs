//! `POST /twilio/status`: Twilio reports how far a message got.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequestParts, OriginalUri, State},
};
use http::{HeaderMap, StatusCode};

use crate::{
    clock::{Clock, Millis},
    http::api_error::ApiError,
    measure,
    origin::Origin,
    sms::{
        delivery::{Report, Stage},
        registry::SenderRegistry,
        twilio::{
            STATUS_PATH,
            signature::{self, Parameters},
        },
    },
    state::AppState,
    store::Store,
};

/// Errors that concern every message: the account is suspended, the sender not registered, or messages are blocked as
/// suspected fraud.
const ALARMS: [i64; 4] = [30002, 30034, 30450, 30453];

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    origin: State<Origin>,
    senders: State<Arc<SenderRegistry>>,
    store: State<Store>,
    clock: State<Arc<dyn Clock>>,
}

pub(crate) async fn post(
    services: Services,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let parameters = parameters(&body);
    if !services.is_from_twilio(uri.query(), &headers, &parameters) {
        tracing::warn!("a report about a message has no valid signature of Twilio");
        return Ok(StatusCode::FORBIDDEN);
    }
    if let Some(report) = report(&parameters) {
        let now = services.clock.millis();
        let accepted = services.store.message_reported(&report, now).await?;
        measure(&report, accepted, now);
        log(&report);
    }
    Ok(StatusCode::NO_CONTENT)
}

fn parameters(body: &[u8]) -> Parameters {
    let mut parameters = Parameters::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        parameters.entry(name.into_owned()).or_default().insert(value.into_owned());
    }
    parameters
}

impl Services {
    fn is_from_twilio(&self, query: Option<&str>, headers: &HeaderMap, parameters: &Parameters) -> bool {
        let Some(mut url) = self.origin.url() else { return false };
        url.set_path(STATUS_PATH);
        url.set_query(query);
        let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok());
        let (Some(signature), Some(account)) = (signature, one(parameters, "AccountSid")) else { return false };
        let mut tokens = self.senders.twilio_tokens(account);
        tokens.any(|token| signature::is_valid(token, &url, parameters, signature))
    }
}

fn report(parameters: &Parameters) -> Option<Report<'_>> {
    let status = one(parameters, "MessageStatus")?;
    Some(Report {
        message_id: one(parameters, "MessageSid")?,
        status,
        stage: Stage::of(status)?,
        error_code: one(parameters, "ErrorCode").and_then(|code| code.parse().ok()),
    })
}

fn one<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.get(name)?.first().map(String::as_str)
}

fn measure(report: &Report<'_>, accepted: Option<Millis>, now: Millis) {
    measure::report(report.status, report.error_code);
    if let Some(accepted) = accepted.filter(|_| report.stage == Stage::Settled) {
        measure::delivery(report.status, accepted, now);
    }
}

fn log(report: &Report<'_>) {
    let Report { message_id, status, error_code, .. } = report;
    match error_code {
        Some(code) if ALARMS.contains(code) => {
            tracing::error!(message_id, status, code, "messages are not delivered: check the Twilio account");
        }
        Some(code) => tracing::warn!(message_id, status, code, "a message was not delivered"),
        None => tracing::debug!(message_id, status, "a message progressed"),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use url::Url;

    use super::*;
    use crate::fuzz::texts;

    /// A report that parses names its message, and no forged signature is valid.
    #[test]
    fn fuzz_reports() {
        let pieces: &[&str] = &[
            "MessageSid=",
            "SM1",
            "MessageStatus=",
            "sent",
            "delivered",
            "failed",
            "ErrorCode=",
            "30002",
            "-1",
            "99999999999999999999",
            "&",
            "=",
            "%",
            "%00",
            "+",
            "AccountSid=AC1",
        ];
        let url = Url::parse("https://tenant.example/twilio/status").expect("a URL");
        let token = SecretString::from("12345");
        bolero::check!().with_generator((texts(pieces), texts(&["A", "=", "/", "+", "AAAA"]))).for_each(
            |(body, forged)| {
                let parameters = parameters(body.as_bytes());
                if let Some(report) = report(&parameters) {
                    assert!(Stage::of(report.status).is_some() && body.contains("MessageSid"));
                }
                assert!(!signature::is_valid(&token, &url, &parameters, forged));
            },
        );
    }
}
