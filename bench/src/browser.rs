//! A browser that has never been anywhere: its cookies, and what it asks for.

use crate::error::BenchError;
use http::{
    HeaderMap, StatusCode,
    header::{COOKIE, LOCATION, SET_COOKIE},
};
use reqwest::{Client, RequestBuilder, redirect::Policy};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// Longer than any request takes, also on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A client that keeps its connections, and follows nothing by itself.
pub(crate) fn client() -> Result<Client, BenchError> {
    Ok(Client::builder().redirect(Policy::none()).timeout(TIMEOUT).build()?)
}

/// A browser. Connections are those of the client, which keeps them, as a proxy in front of a server does.
#[derive(Debug)]
pub(crate) struct Browser<'a> {
    http: &'a Client,
    cookies: BTreeMap<String, String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(http: &'a Client) -> Self {
        Self { http, cookies: BTreeMap::new() }
    }

    /// Another window of a browser, with its header `Cookie`.
    pub(crate) fn with_cookies(http: &'a Client, header: &str) -> Self {
        let pairs = header.split("; ").filter_map(|pair| pair.split_once('='));
        Self { http, cookies: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// The header `Cookie`.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) async fn get(&mut self, url: &str) -> Result<Answer, BenchError> {
        self.send(self.http.get(url)).await
    }

    pub(crate) async fn post_form(&mut self, url: &str, fields: &[(&str, &str)]) -> Result<Answer, BenchError> {
        self.send(self.http.post(url).header("accept", "application/json").form(fields)).await
    }

    pub(crate) async fn post_json(&mut self, url: &str, body: &Value) -> Result<Answer, BenchError> {
        self.send(self.http.post(url).json(body)).await
    }

    async fn send(&mut self, mut request: RequestBuilder) -> Result<Answer, BenchError> {
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, self.cookies());
        }
        let response = request.send().await?;
        self.keep(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await? };
        if status.is_success() || status.is_redirection() { Ok(answer) } else { Err(answer.unexpected()) }
    }

    /// All servers are on this machine, whose ports share their cookies.
    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()) {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Whether a login has set its session.
    pub(crate) fn require(&self, cookie: &'static str) -> Result<(), BenchError> {
        if self.cookies.contains_key(cookie) { Ok(()) } else { Err(BenchError::NoSession(cookie)) }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Where a redirect goes.
    pub(crate) fn location(&self) -> Result<&str, BenchError> {
        let location = self.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        location.ok_or_else(|| self.unexpected())
    }

    /// Whether a page says something.
    pub(crate) fn require(&self, text: &str) -> Result<(), BenchError> {
        if self.text.contains(text) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn unexpected(&self) -> BenchError {
        BenchError::Answer(self.status, self.text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_until_they_are_removed() {
        let http = client().unwrap();
        let mut browser = Browser::new(&http);
        let set = |cookie: &'static str| HeaderMap::from_iter([(SET_COOKIE, cookie.parse().unwrap())]);
        browser.keep(&set("session=a=b; Path=/; HttpOnly"));
        assert!(browser.require("session").is_ok());
        browser.keep(&set("session=; Path=/; Max-Age=0"));
        assert!(browser.require("session").is_err());
    }
}
