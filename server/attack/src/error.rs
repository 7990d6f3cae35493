//! Why a simulation cannot go on.

use std::io;
use thiserror::Error;

/// Why a simulation cannot go on.
#[derive(Debug, Error)]
pub enum AttackError {
    /// Only logins on this machine are attacked.
    #[error("{0} is not on this machine: the simulator attacks loopback addresses only")]
    NotLoopback(String),
    /// A header was given in another form.
    #[error("{0} is not a header of the form `name: value`")]
    Header(String),
    /// No such number was found.
    #[error("no mobile number of {0} was found")]
    NoNumber(&'static str),
    /// There is no such scenario.
    #[error("no scenario is named {0}: `--list` lists them")]
    NoScenario(String),
    /// The program that is attacked does not start.
    #[error("the program does not start: {0}")]
    Program(String),
    /// It does not answer.
    #[error("the login does not answer")]
    NoAnswer(#[from] reqwest::Error),
    /// It answers in a way that is none of a login's.
    #[error("the login answers {0}: {1}")]
    Answer(http::StatusCode, String),
    /// Files or sockets of this machine.
    #[error(transparent)]
    Io(#[from] io::Error),
}
