//! Who comes to a login: an address, perhaps cookies, and what they cost.

use crate::country::Number;
use http::{HeaderMap, header::SET_COOKIE};
use std::{collections::BTreeMap, net::IpAddr};

/// Someone who sends requests.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The address, as the proxy in front of the login sees it.
    pub address: IpAddr,
    /// What is done about a proof of work.
    pub effort: Effort,
    /// Requests made.
    pub requests: u64,
    /// Hashes made for proofs of work.
    pub hashes: u64,
    /// The login under way.
    pub(crate) login: Option<String>,
    /// The challenge that is waited for, and its number.
    pub(crate) unsolved: Option<(Number, String)>,
    keeps_cookies: bool,
    cookies: BTreeMap<String, String>,
}

/// What someone does who is asked for a proof of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Nothing.
    None,
    /// Solves it, as browsers do.
    Solves,
    /// Sends it back unsolved after the wait, as browsers without JavaScript do.
    Waits,
}

impl Visitor {
    /// A browser with JavaScript.
    pub fn browser(address: IpAddr) -> Self {
        Self {
            address,
            effort: Effort::Solves,
            requests: 0,
            hashes: 0,
            login: None,
            unsolved: None,
            keeps_cookies: true,
            cookies: BTreeMap::new(),
        }
    }

    /// A program that keeps cookies, or none.
    pub fn script(address: IpAddr, keeps_cookies: bool, effort: Effort) -> Self {
        Self { effort, keeps_cookies, ..Self::browser(address) }
    }

    /// Comes with another browser: without cookies.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// The header `Cookie`.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Takes the cookies of a response. The login is the only site, whose cookies are all for `/`.
    pub(crate) fn keep(&mut self, headers: &HeaderMap) {
        if !self.keeps_cookies {
            return;
        }
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()) {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if attributes.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
