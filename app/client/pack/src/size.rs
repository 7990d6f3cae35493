//! The size of what a browser loads to show `/login`, compared with Auth0's Lock.

use crate::{
    compress::{self, BROTLI, GZIP},
    error::PackError,
    hashes::Hashes,
    site::Site,
};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// More than this fails.
const BUDGET: u64 = 58_000;
/// The scripts of Auth0's two dialogs, with brotli 11.
const OTHERS: [(&str, u64); 2] = [("Lock 15.0.1", 275_159), ("lock-passwordless 2.2.3", 125_064)];

/// Bytes of one file, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Size {
    js: Weight,
    wasm: Weight,
    css: Weight,
}

impl Size {
    /// Weighs what is packed, which has to be the optimised client.
    pub(crate) fn of(site: &Site) -> Result<Self, PackError> {
        let hashes = Hashes::read(&site.hash_file()).filter(|hashes| hashes.client.is_optimised);
        let hashes = hashes.ok_or_else(|| PackError::NotOptimised { site_root: site.root().into() })?;
        let [js, wasm, css] = hashes.file_names().map(|name| Weight::of(&site.pkg().join(name)));
        Ok(Self { js: js?, wasm: wasm?, css: css? })
    }

    /// # Errors
    /// [`PackError::OverBudget`] if the sum is too much.
    pub(crate) fn check(&self) -> Result<(), PackError> {
        let brotli = self.sum().brotli;
        if brotli > BUDGET { Err(PackError::OverBudget { brotli, budget: BUDGET }) } else { Ok(()) }
    }

    fn sum(&self) -> Weight {
        self.js.and(self.wasm).and(self.css)
    }
}

impl Weight {
    fn of(path: &Path) -> Result<Self, PackError> {
        let bytes = |path: PathBuf| fs::metadata(&path).map(|file| file.len()).map_err(PackError::read(path));
        let sibling = |extension| bytes(compress::sibling(path, extension));
        Ok(Self { raw: bytes(path.into())?, gzip: sibling(GZIP)?, brotli: sibling(BROTLI)? })
    }

    fn and(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:24} {:>9} {:>9} {:>9}", "/login, in bytes", "raw", "gzip 9", "brotli 11")?;
        for (name, weight) in [("wasm", self.wasm), ("js", self.js), ("css", self.css), ("sum", self.sum())] {
            let [raw, gzip, brotli] = [weight.raw, weight.gzip, weight.brotli].map(grouped);
            writeln!(f, "{name:24} {raw:>9} {gzip:>9} {brotli:>9}")?;
        }
        for (name, brotli) in OTHERS {
            writeln!(f, "{name:24} {:>29}", grouped(brotli))?;
        }
        let sum = self.sum().brotli;
        write!(f, "{:24} {:>29}  {}", "budget", grouped(BUDGET), distance(sum, BUDGET))
    }
}

fn distance(sum: u64, mark: u64) -> String {
    let relation = if sum > mark { "over" } else { "under" };
    format!("{} {relation}", grouped(sum.abs_diff(mark)))
}

/// `1234567` → `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hashes::{Client, css_name, js_name, wasm_name},
        testing::{Folder, TestResult},
    };

    fn of_brotli(brotli: u64) -> Size {
        Size { js: Weight::default(), wasm: Weight { raw: brotli, gzip: brotli, brotli }, css: Weight::default() }
    }

    #[test]
    fn the_budget_is_a_limit() {
        assert!(of_brotli(BUDGET).check().is_ok());
        let error = of_brotli(BUDGET + 1).check().map_err(|error| error.to_string());
        assert_eq!(error, Err("the client weighs 58001 bytes, 1 over the budget of 58000".to_owned()));
    }

    #[test]
    fn the_table_says_how_far_it_is_from_the_budget() {
        assert!(of_brotli(BUDGET + 1_234).to_string().ends_with("58,000  1,234 over"));
        assert!(of_brotli(BUDGET).to_string().ends_with("58,000  0 under"));
    }

    #[test]
    fn only_an_optimised_client_is_weighed_with_its_siblings() -> TestResult {
        let folder = Folder::new("size")?;
        let site = Site::open(&folder.path)?;
        assert!(matches!(Size::of(&site), Err(PackError::NotOptimised { .. })));
        let content = "a".repeat(1_000).into_bytes();
        let client = Client { js: site.add(js_name, &content)?, wasm: site.add(wasm_name, b"")?, is_optimised: false };
        let mut hashes = Hashes { client, css: site.add(css_name, &content)? };
        hashes.write(&site.hash_file())?;
        assert!(matches!(Size::of(&site), Err(PackError::NotOptimised { .. })));

        hashes.client.is_optimised = true;
        hashes.write(&site.hash_file())?;
        let sum = Size::of(&site)?.sum();
        assert_eq!(sum.raw, 2_000);
        assert!(0 < sum.brotli && sum.brotli < sum.gzip && sum.gzip < 200, "{sum:?}");
        Ok(())
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
