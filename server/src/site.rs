//! The folder with the compiled client, as `pack` or cargo-leptos left it.

use leptos::config::LeptosOptions;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use thiserror::Error;
use url::Url;

/// The files that leptos links, by their extensions.
const PARTS: [&str; 3] = ["js", "wasm", "css"];

/// A folder that holds a packed client.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    root: PathBuf,
    paths: Vec<String>,
}

/// The folder cannot be served.
#[derive(Debug, Error)]
pub enum SiteError {
    /// Nothing was packed into it.
    #[error("{} holds no packed client: `make run` packs one, LEPTOS_SITE_ROOT says where it is", root.display())]
    NotPacked {
        /// The folder.
        root: PathBuf,
        /// Why `hash.txt` in it could not be read.
        source: io::Error,
    },
    /// It is not complete.
    #[error("{} lacks the packed client's {part}: `make run` packs it again", root.display())]
    Incomplete {
        /// The folder.
        root: PathBuf,
        /// What is missing.
        part: &'static str,
    },
}

impl Site {
    /// Takes a folder in which `hash.txt` names a script, a wasm and a style sheet that are there.
    ///
    /// # Errors
    /// [`SiteError`] if that is not so.
    pub(crate) fn open(root: &Path) -> Result<Self, SiteError> {
        let not_packed = |source| SiteError::NotPacked { root: root.into(), source };
        let root_path = root.canonicalize().map_err(not_packed)?;
        let site = Self { paths: paths_in(&root_path).map_err(not_packed)?, root: root_path };
        let hashes = fs::read_to_string(site.hash_file()).map_err(not_packed)?;
        let is_missing = |part: &&str| !site.has(part, &hashes);
        match PARTS.into_iter().find(is_missing) {
            Some(part) => Err(SiteError::Incomplete { root: root.into(), part }),
            None => Ok(site),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The files and folders in it, as paths of URLs, as they were at the start.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// With these leptos names the files by their hashes.
    pub(crate) fn leptos_options(&self) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name("client")
            .site_root(self.root.to_string_lossy())
            .hash_files(true)
            // leptos looks next to the program; an absolute path is taken as it is.
            .hash_file(self.hash_file().to_string_lossy().into())
            .build()
    }

    fn hash_file(&self) -> PathBuf {
        self.root.join("hash.txt")
    }

    fn has(&self, part: &str, hashes: &str) -> bool {
        let mut hashes = hashes.lines().filter_map(|line| line.split_once(':'));
        let hash = hashes.find(|(name, _)| *name == part).map(|(_, hash)| hash.trim());
        hash.is_some_and(|hash| self.root.join("pkg").join(format!("client.{hash}.{part}")).is_file())
    }
}

fn paths_in(root: &Path) -> io::Result<Vec<String>> {
    let path = |entry: fs::DirEntry| {
        let mut url = Url::parse("http://localhost/").ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().push(entry.file_name().to_str()?);
        Some(url.path().to_owned())
    };
    Ok(fs::read_dir(root)?.collect::<io::Result<Vec<_>>>()?.into_iter().filter_map(path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, error::Error, process};

    #[test]
    fn a_folder_is_taken_only_when_all_that_pages_name_is_there() -> Result<(), Box<dyn Error>> {
        let root = env::temp_dir().join(format!("site-{}", process::id()));
        let refusal = || Site::open(&root).map_err(|error| error.to_string()).err().unwrap_or_default();
        let name = root.display();
        assert_eq!(
            refusal(),
            format!("{name} holds no packed client: `make run` packs one, LEPTOS_SITE_ROOT says where it is")
        );
        fs::create_dir_all(root.join("pkg"))?;
        assert!(refusal().contains("no packed client"), "an empty folder");

        fs::write(root.join("hash.txt"), "js: a\nwasm: b\ncss: c\n")?;
        for (file, part) in [("client.a.js", "js"), ("client.b.wasm", "wasm"), ("client.c.css", "css")] {
            assert_eq!(refusal(), format!("{name} lacks the packed client's {part}: `make run` packs it again"));
            fs::write(root.join("pkg").join(file), "")?;
        }
        assert_eq!(refusal(), "");

        fs::write(root.join("a picture {1}.svg"), "")?;
        let mut paths = Site::open(&root)?.paths().to_vec();
        paths.sort_unstable();
        assert_eq!(paths, ["/a%20picture%20%7B1%7D.svg", "/hash.txt", "/pkg"], "as browsers write them");
        fs::remove_dir_all(&root)?;
        Ok(())
    }
}
