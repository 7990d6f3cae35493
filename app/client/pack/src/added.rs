//! What the login adds to an app that is hydrated as a whole.

use crate::{compress::brotli_11, error::PackError, site::files, size::grouped};
use std::{ffi::OsStr, fmt, fs, path::Path};

/// More than this fails.
const BUDGET: u64 = 60_000;

/// Bytes after brotli 11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bytes {
    wasm: u64,
    js: u64,
}

#[derive(Debug)]
pub(crate) struct Added {
    with: Bytes,
    without: Bytes,
    css: u64,
}

impl Added {
    pub(crate) fn of(with: &Path, without: &Path, css: &Path) -> Result<Self, PackError> {
        Ok(Self { with: Bytes::of(with)?, without: Bytes::of(without)?, css: compressed(css)? })
    }

    /// # Errors
    /// [`PackError::OverBudget`] if it is too much.
    pub(crate) fn check(&self) -> Result<(), PackError> {
        let brotli = self.sum();
        if brotli > BUDGET { Err(PackError::OverBudget { brotli, budget: BUDGET }) } else { Ok(()) }
    }

    fn wasm(&self) -> u64 {
        self.with.wasm.saturating_sub(self.without.wasm)
    }

    fn js(&self) -> u64 {
        self.with.js.saturating_sub(self.without.js)
    }

    fn sum(&self) -> u64 {
        self.wasm() + self.js() + self.css
    }
}

impl Bytes {
    fn of(folder: &Path) -> Result<Self, PackError> {
        let mut bytes = Self { wasm: 0, js: 0 };
        for file in files(folder)? {
            match file.extension().and_then(OsStr::to_str) {
                Some("wasm") => bytes.wasm += compressed(&file)?,
                Some("js") => bytes.js += compressed(&file)?,
                _ => {}
            }
        }
        Ok(bytes)
    }
}

fn compressed(file: &Path) -> Result<u64, PackError> {
    let content = fs::read(file).map_err(PackError::read(file))?;
    let compressed = brotli_11(&content).map_err(PackError::read(file))?;
    Ok(u64::try_from(compressed.len()).unwrap_or(u64::MAX))
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:24} {:>9} {:>9} {:>9}", "hydrated, brotli 11", "without", "with", "added")?;
        for (name, without, with) in
            [("wasm", self.without.wasm, self.with.wasm), ("js", self.without.js, self.with.js), ("css", 0, self.css)]
        {
            let added = with.saturating_sub(without);
            writeln!(f, "{name:24} {:>9} {:>9} {:>9}", grouped(without), grouped(with), grouped(added))?;
        }
        writeln!(f, "{:24} {:>29}", "sum", grouped(self.sum()))?;
        write!(f, "{:24} {:>29}", "budget", grouped(BUDGET))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_wasm(wasm: u64) -> Added {
        Added { with: Bytes { wasm, js: 5 }, without: Bytes { wasm: 1_000, js: 7 }, css: 10 }
    }

    #[test]
    fn the_difference_is_limited() {
        let most = 1_000 + BUDGET - 10;
        assert!(with_wasm(most).check().is_ok());
        assert!(with_wasm(most + 1).check().is_err());
    }

    #[test]
    fn the_table_has_both_and_their_difference() {
        let table = with_wasm(51_000).to_string();
        assert!(table.contains("    1,000    51,000    50,000\n"), "{table}");
        assert!(table.contains("50,010\n"), "{table}");
    }
}
