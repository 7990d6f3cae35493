//! Helpers of the tests.

use std::{env, error::Error, fs, io, path::PathBuf, process};

pub(crate) type TestResult = Result<(), Box<dyn Error>>;

/// A folder of a test's own, gone with it.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let path = env::temp_dir().join(format!("pack-{name}-{}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
    }
}
