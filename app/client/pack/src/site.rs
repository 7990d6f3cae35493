//! The folder that the server serves.

use crate::{
    compress,
    error::PackError,
    hashes::{ContentHash, Hashes},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Its paths, and what is done to its files.
#[derive(Debug)]
pub(crate) struct Site {
    root: PathBuf,
}

impl Site {
    /// The folder, made if it is not there.
    pub(crate) fn open(root: &Path) -> Result<Self, PackError> {
        let site = Self { root: root.into() };
        fs::create_dir_all(site.pkg()).map_err(PackError::write(site.pkg()))?;
        Ok(site)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the client and its style sheet are.
    pub(crate) fn pkg(&self) -> PathBuf {
        self.root.join("pkg")
    }

    pub(crate) fn hash_file(&self) -> PathBuf {
        self.root.join("hash.txt")
    }

    /// Writes a file and its siblings under a name that is good for this content only.
    pub(crate) fn add(&self, name: fn(&ContentHash) -> String, content: &[u8]) -> Result<ContentHash, PackError> {
        let hash = ContentHash::of(content);
        let path = self.pkg().join(name(&hash));
        if !compress::are_all_there(&path) {
            compress::write_all(&path, content)?;
        }
        Ok(hash)
    }

    /// Whether all that `hash.txt` names is there.
    pub(crate) fn holds(&self, hashes: &Hashes) -> bool {
        hashes.file_names().iter().all(|name| compress::are_all_there(&self.pkg().join(name)))
    }

    /// Removes the client's files of former times.
    pub(crate) fn remove_all_but(&self, hashes: &Hashes) -> Result<(), PackError> {
        let current = hashes.file_names();
        for path in files(&self.pkg())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_ours = name.starts_with("client");
            if is_ours && !current.iter().any(|current| name.starts_with(current)) {
                fs::remove_file(&path).map_err(PackError::write(&path))?;
            }
        }
        Ok(())
    }
}

/// The files right in a folder, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let entries = fs::read_dir(folder).map_err(PackError::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut files = paths.map_err(PackError::read(folder))?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hashes::{Client, css_name, js_name, wasm_name},
        testing::{Folder, TestResult},
    };

    fn add_all(site: &Site, version: &str) -> Result<Hashes, PackError> {
        let content = version.as_bytes();
        let client =
            Client { js: site.add(js_name, content)?, wasm: site.add(wasm_name, content)?, is_optimised: false };
        Ok(Hashes { client, css: site.add(css_name, content)? })
    }

    #[test]
    fn old_files_go_when_new_ones_are_there() -> TestResult {
        let folder = Folder::new("site-old")?;
        let site = Site::open(&folder.path)?;
        fs::write(site.pkg().join("other.txt"), "not ours")?;
        let old = add_all(&site, "old")?;
        let new = add_all(&site, "new")?;
        assert!(site.holds(&old) && site.holds(&new));

        site.remove_all_but(&new)?;

        assert!(!site.holds(&old) && site.holds(&new));
        assert_eq!(files(&site.pkg())?.len(), 3 * 3 + 1, "three files, two siblings each, and what is not ours");
        Ok(())
    }

    #[test]
    fn a_missing_sibling_is_noticed_and_written_again() -> TestResult {
        let folder = Folder::new("site-sibling")?;
        let site = Site::open(&folder.path)?;
        let hashes = add_all(&site, "content")?;
        fs::remove_file(site.pkg().join(format!("client.{}.css.br", hashes.css)))?;
        assert!(!site.holds(&hashes));
        assert_eq!(add_all(&site, "content")?, hashes);
        assert!(site.holds(&hashes));
        Ok(())
    }
}
