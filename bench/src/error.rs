//! Why a measurement cannot go on.

use std::{io, path::PathBuf};
use thiserror::Error;

/// Why a measurement cannot go on.
#[derive(Debug, Error)]
pub(crate) enum BenchError {
    /// A program could not be started.
    #[error("{program} cannot be started")]
    Start {
        /// What was to be run.
        program: String,
        source: io::Error,
    },
    /// A server ended, or does not answer.
    #[error("{0} did not begin to answer; what it said is in {1}")]
    NotReady(&'static str, PathBuf),
    /// It answers in a way that is none of a login's.
    #[error("a login was answered with {0}: {1}")]
    Answer(http::StatusCode, String),
    /// A login ended without a session.
    #[error("the login has set no cookie {0}")]
    NoSession(&'static str),
    /// Codes come no more.
    #[error("the stream of messages has ended")]
    NoCodes,
    /// It does not answer.
    #[error("the server does not answer")]
    NoAnswer(#[from] reqwest::Error),
    /// What Linux says of a process.
    #[error("{0} cannot be read")]
    Proc(String),
    /// A signature could not be made.
    #[error("no signature could be made")]
    Signature(#[from] aws_lc_rs::error::Unspecified),
    /// Files of this machine.
    #[error(transparent)]
    Io(#[from] io::Error),
}
