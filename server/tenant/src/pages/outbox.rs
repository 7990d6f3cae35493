//! The outbox page: messages that would have been sent, for a developer.

use axum::response::sse::Event;
use maud::{Markup, html};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::Page;
use crate::sms::OutboxMessage;

pub(crate) fn page(messages: &[OutboxMessage]) -> Page {
    let last = messages.first().map_or(0, |message| message.number);
    let body = html! {
        h1 { "Outbox" }
        p { "No SMS provider is configured. Messages stay here, and each appears as it arrives. Of several instances, each shows what it sent itself." }
        p #empty hidden[!messages.is_empty()] { "No messages yet." }
        div role="log" aria-label="Messages, newest first" {
            ol #messages data-last=(last) {
                @for message in messages { (item(message)) }
            }
        }
        p #copied .unseen role="status" {}
    };
    let head = html! {
        script src="/outbox.js" defer {}
        noscript { meta http-equiv="refresh" content="3"; }
    };
    Page { policy: "; script-src 'self'; connect-src 'self'".to_owned(), head, ..Page::new("Outbox", body) }
}

fn item(message: &OutboxMessage) -> Markup {
    let at = message.at.to_offset(UtcOffset::UTC);
    html! {
        li {
            p.to { bdi { (message.to) } " " time datetime=(datetime(at)) { (readable(at)) } }
            p.body dir="auto" { (message.body) }
            @if let Some(code) = code_in(&message.body) { (code_with_button(code)) }
        }
    }
}

/// The script shows the button. What it says then is announced by the status, not as a new message.
fn code_with_button(code: &str) -> Markup {
    html! {
        p.copyable aria-live="off" {
            code.code { (code) }
            " "
            button.quiet type="button" hidden { span { "Copy" } span.unseen { " code " (code) } }
        }
    }
}

fn datetime(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

/// In UTC; the script puts the browser's own time in its place.
fn readable(at: OffsetDateTime) -> String {
    format!("{} {:02}:{:02}:{:02} UTC", at.date(), at.hour(), at.minute(), at.second())
}

/// The code in a message: its first run of at least four digits.
fn code_in(body: &str) -> Option<&str> {
    body.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 4)
}

/// A message as the page inserts it when it arrives.
pub(crate) fn event(message: &OutboxMessage) -> Event {
    let html = item(message).into_string();
    Event::default().id(message.number.to_string()).data(html.replace('\n', "&#10;").replace('\r', ""))
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn the_code_is_found() {
        assert_eq!(code_in("Your verification code is: 123456 (Acme 2)"), Some("123456"));
        assert_eq!(code_in("No 12 code 345"), None);
    }
}
