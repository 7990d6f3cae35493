//! What can go wrong, each in one line.

use std::{io, path::PathBuf, process::ExitStatus};
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum PackError {
    #[error("usage: pack <client.wasm> <site-root> [--wasm-opt <program>]")]
    Usage,
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("wasm-bindgen could not process {}: {reason}", path.display())]
    Bindgen { path: PathBuf, reason: String },
    #[error("cannot run {}: {source}", program.display())]
    WasmOptNotRun { program: PathBuf, source: io::Error },
    #[error("{} failed: {status}", program.display())]
    WasmOptFailed { program: PathBuf, status: ExitStatus },
}

impl PackError {
    /// For `map_err`: the path that could not be read.
    pub(crate) fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Read { path, source }
    }

    /// For `map_err`: the path that could not be written.
    pub(crate) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }
}
