//! Any other login on this machine: one URL that sends a code, in real time that stands for the time of the attack.

use crate::{
    country::Number,
    error::AttackError,
    ledger::Ledger,
    target::{Asked, Entered, Target, Way},
    visitor::Visitor,
};
use async_trait::async_trait;
use reqwest::{
    Client,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use time::Duration;
use tokio::time::Instant;
use url::{Host, Url};

/// Where the number goes.
const NUMBER: &str = "{number}";
/// Of a login that hangs, nothing is learned.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// A login elsewhere.
#[derive(Debug)]
pub struct Elsewhere {
    http: Client,
    url: Url,
    body: String,
    headers: HeaderMap,
    /// In which it reads the client's address.
    address_header: HeaderName,
    /// The real time that an hour takes.
    hour: std::time::Duration,
    began: Instant,
    time: Duration,
    ledger: Ledger,
}

impl Elsewhere {
    /// A login that sends a code for this body, in which `{number}` is the number.
    ///
    /// # Errors
    /// [`AttackError::NotLoopback`] if it is not on this machine, [`AttackError::Header`] if a header is none.
    #[expect(clippy::disallowed_methods, reason = "a program elsewhere has its own clock")]
    pub fn new(
        url: Url,
        body: String,
        headers: &[String],
        address_header: HeaderName,
        hour: std::time::Duration,
    ) -> Result<Self, AttackError> {
        if !is_loopback(&url) {
            return Err(AttackError::NotLoopback(url.to_string()));
        }
        let mut all = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        for header in headers {
            let (name, value) = read_header(header).ok_or_else(|| AttackError::Header(header.clone()))?;
            all.insert(name, value);
        }
        let http = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build()?;
        let (began, ledger) = (Instant::now(), Ledger::default());
        Ok(Self { http, url, body, headers: all, address_header, hour, began, time: Duration::ZERO, ledger })
    }
}

#[async_trait]
impl Target for Elsewhere {
    async fn wait_until(&mut self, time: Duration) {
        self.time = time;
        let hours = time.as_seconds_f64() / Duration::HOUR.as_seconds_f64();
        tokio::time::sleep_until(self.began + self.hour.mul_f64(hours.max(0.0))).await;
    }

    async fn open(&mut self, _visitor: &mut Visitor) -> Result<(), AttackError> {
        Ok(())
    }

    async fn ask(&mut self, visitor: &mut Visitor, number: &Number, _way: Way) -> Result<Asked, AttackError> {
        visitor.requests += 1;
        let request = self.http.post(self.url.clone()).headers(self.headers.clone());
        let request = request.header(&self.address_header, visitor.address.to_string());
        let response = request.body(self.body.replace(NUMBER, number.as_str())).send().await?;
        if response.status().is_success() {
            self.ledger.note(self.time, number.as_str(), "");
            return Ok(Asked::Sent);
        }
        let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Asked::Refused { reason: response.status().as_str().to_owned(), retry_after: seconds })
    }

    async fn enter(&mut self, _visitor: &mut Visitor, _code: &str) -> Result<Entered, AttackError> {
        Ok(Entered::Refused("codes are not read elsewhere".to_owned()))
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn has_codes(&self) -> bool {
        false
    }
}

/// Whether a URL is of this machine, by an address: a name may lead anywhere.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => {
            address == Ipv6Addr::LOCALHOST || address.to_ipv4_mapped().is_some_and(|v4| Ipv4Addr::is_loopback(&v4))
        }
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn read_header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_attacked() {
        for (url, expected) in [
            ("http://127.0.0.1:3000/send", true),
            ("http://127.9.9.9/send", true),
            ("http://[::1]/send", true),
            ("http://localhost/send", true),
            ("https://login.example.com/send", false),
            ("http://127.0.0.1.example.com/send", false),
            ("http://localhost.example.com/send", false),
            ("http://10.0.0.1/send", false),
            ("http://[::2]/send", false),
            ("http://0.0.0.0/send", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
