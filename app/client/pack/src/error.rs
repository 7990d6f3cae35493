//! Errors, each in one line.

use std::{io, path::PathBuf, process::ExitStatus};
use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum PackError {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("wasm-bindgen could not process {}: {reason}", path.display())]
    Bindgen { path: PathBuf, reason: String },
    #[error("cannot run {}: {source}", program.display())]
    ToolNotRun { program: PathBuf, source: io::Error },
    #[error("{} failed: {status}", program.display())]
    ToolFailed { program: PathBuf, status: ExitStatus },
    #[error("{} holds no client that was packed with --tools, and no other is worth weighing", site_root.display())]
    NotOptimised { site_root: PathBuf },
    #[error("the client weighs {brotli} bytes, {} over the budget of {budget}", brotli - budget)]
    OverBudget { brotli: u64, budget: u64 },
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
