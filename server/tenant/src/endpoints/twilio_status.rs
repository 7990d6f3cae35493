//! `POST /twilio/status`: Twilio reports how far a message got.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{OriginalUri, State},
};
use http::{HeaderMap, StatusCode};

use crate::{
    http::api_error::ApiError,
    sms::twilio::STATUS_PATH,
    sms::{
        delivery::{Report, Stage},
        twilio::signature::{self, Parameters},
    },
    state::Tenant,
};

/// Failures that concern every message: the account is suspended, the sender not registered, or messages are held back as
/// suspected fraud.
const ALARMS: [i64; 4] = [30002, 30034, 30450, 30453];

pub(crate) async fn status(
    State(tenant): State<Arc<Tenant>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let parameters = parameters(&body);
    if !is_from_twilio(&tenant, uri.query(), &headers, &parameters) {
        tracing::warn!("a report about a message does not bear Twilio's signature");
        return Ok(StatusCode::FORBIDDEN);
    }
    if let Some(report) = report(&parameters) {
        tenant.store.message_reported(&report, tenant.now()).await?;
        say(&report);
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

fn is_from_twilio(tenant: &Tenant, query: Option<&str>, headers: &HeaderMap, parameters: &Parameters) -> bool {
    let Some(mut url) = tenant.origin.url() else { return false };
    url.set_path(STATUS_PATH);
    url.set_query(query);
    let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok());
    let (Some(signature), Some(account)) = (signature, one(parameters, "AccountSid")) else { return false };
    let mut tokens = tenant.senders.twilio_tokens(account);
    tokens.any(|token| signature::is_valid(token, &url, parameters, signature))
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

fn say(report: &Report<'_>) {
    let Report { message_id, status, error_code, .. } = report;
    match error_code {
        Some(code) if ALARMS.contains(code) => {
            tracing::error!(message_id, status, code, "messages do not arrive: check the account at Twilio");
        }
        Some(code) => tracing::warn!(message_id, status, code, "a message did not arrive"),
        None => tracing::debug!(message_id, status, "a message got further"),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use url::Url;

    use super::*;
    use crate::fuzz::texts;

    /// A report that is understood names its message, and nobody makes up the signature of one.
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
