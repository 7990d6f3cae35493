//! Where a login takes place, and what a person uses for it.

use crate::codes::Codes;
use reqwest::Client;
use std::{net::Ipv4Addr, path::PathBuf};

/// Where a server is that has no others beside it.
pub(crate) const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// As many as have known numbers: more than there are people at a time, so that nobody gets another's code.
pub(crate) const NUMBERS: usize = 200;

/// Where the programs are, and what they write.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Our program.
    pub(crate) ours: PathBuf,
    /// The folder of the peers' servers.
    pub(crate) peers: PathBuf,
    /// The folder of databases and logs.
    pub(crate) folder: PathBuf,
}

/// What a person uses who signs in.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) http: Client,
    pub(crate) codes: Codes,
    /// Where the server is.
    pub(crate) host: Ipv4Addr,
    /// In the form of E.164.
    pub(crate) number: String,
}

/// One of the numbers, over and over again.
pub(crate) fn number(index: usize) -> String {
    format!("+1415555{:04}", 2000 + index % NUMBERS)
}
