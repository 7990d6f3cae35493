//! Responses of the server functions, read member by member: serde's generated reader is larger than the state machine.

use super::dom::get;
use crate::flow::Event;
use crate::outcome::{ApiError, CodeSent, Refusal, StartOutcome, VerifyOutcome, codec::RefusalWire};
use leptos::wasm_bindgen::JsValue;

/// The JSON of a response.
pub(super) type JsonResult = Result<JsValue, ApiError>;

/// A page on which the user is signed in already needs no code, and answers like [`of_verify`].
pub(super) fn of_start(answer: JsonResult) -> Event {
    if answer.as_ref().is_ok_and(|answer| get(answer, "Verified").is_some()) {
        return of_verify(answer);
    }
    Event::Started(answer.and_then(|answer| {
        let sent = get(&answer, "CodeSent").map(|sent| {
            StartOutcome::CodeSent(CodeSent {
                login: text(&sent, "login"),
                phone_number: text(&sent, "phone_number"),
                resend_in: number(&sent, "resend_in").unwrap_or_default(),
                code_length: number(&sent, "code_length").unwrap_or_default(),
                expires_in: number(&sent, "expires_in").unwrap_or_default(),
            })
        });
        sent.or_else(|| refusal(&answer).map(StartOutcome::Refused)).ok_or(ApiError::ServerError)
    }))
}

pub(super) fn of_verify(answer: JsonResult) -> Event {
    Event::Verified(answer.and_then(|answer| {
        let verified = get(&answer, "Verified")
            .map(|verified| VerifyOutcome::Verified { continue_to: text(&verified, "continue_to") });
        verified.or_else(|| refusal(&answer).map(VerifyOutcome::Refused)).ok_or(ApiError::ServerError)
    }))
}

fn refusal(answer: &JsValue) -> Option<Refusal> {
    let refused = get(answer, "Refused")?;
    let (reason, sentence) = (text(&refused, "reason"), Some(text(&refused, "sentence")));
    Some(RefusalWire { reason, number: number(&refused, "number"), sentence }.into())
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).and_then(|text| text.as_string()).unwrap_or_default()
}

fn number(object: &JsValue, name: &str) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats saturate")]
    get(object, name)?.as_f64().map(|number| number as u32)
}
