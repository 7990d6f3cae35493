//! The codes that were sent, from the event stream of an outbox.

use crate::error::BenchError;
use reqwest::{Client, Response};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, task::AbortHandle};

/// Longer than any round.
const STREAM_TIMEOUT: Duration = Duration::from_hours(1);

/// The codes of a server, for who waits for them by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes(Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>);

/// Reads codes until it is dropped.
#[derive(Debug)]
pub(crate) struct Reader(AbortHandle);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Codes {
    /// Opens the stream of the outbox at a URL, without the messages that it has already.
    pub(crate) async fn open(http: &Client, outbox: &str) -> Result<(Self, Reader), BenchError> {
        let request = http.get(format!("{outbox}/events?after={}", u64::MAX)).timeout(STREAM_TIMEOUT);
        let stream = request.send().await?.error_for_status()?;
        let codes = Self::default();
        let task = tokio::spawn(codes.clone().hand_out(stream));
        Ok((codes, Reader(task.abort_handle())))
    }

    /// The next code to a number; to be called before it is asked for.
    pub(crate) fn next(&self, number: &str) -> impl Future<Output = Result<String, BenchError>> + use<> {
        let (code, received) = oneshot::channel();
        self.waiting().insert(number.to_owned(), code);
        async { received.await.map_err(|_| BenchError::NoCodes) }
    }

    /// Gives each code to who waits for it. With the stream ends the wait of all.
    async fn hand_out(self, mut stream: Response) {
        let mut text = String::new();
        while let Ok(Some(chunk)) = stream.chunk().await {
            text.push_str(&String::from_utf8_lossy(&chunk));
            while let Some(end) = text.find("\n\n") {
                let event: String = text.drain(..end + 2).collect();
                let Some((number, code)) = message(&event) else { continue };
                if let Some(waiter) = self.waiting().remove(number) {
                    // Who does not wait any more has failed already.
                    let _ = waiter.send(code.to_owned());
                }
            }
        }
        self.waiting().clear();
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<String>>> {
        // Nothing panics while holding the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number and the code of a message, as the page of the outbox shows it.
fn message(event: &str) -> Option<(&str, &str)> {
    let (_, rest) = event.split_once("<bdi>")?;
    let (number, rest) = rest.split_once("</bdi>")?;
    let (_, rest) = rest.split_once("class=\"code\">")?;
    let (code, _) = rest.split_once('<')?;
    Some((number, code))
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn number_and_code_are_read_from_an_event() {
        let event = "id: 1\ndata: <li><p class=\"to\"><bdi>+14155552001</bdi> <time>now</time></p>\
            <p class=\"copyable\"><code class=\"code\">123456</code></p></li>\n\n";
        assert_eq!(message(event), Some(("+14155552001", "123456")));
        assert_eq!(message(":\n\n"), None);
    }
}
