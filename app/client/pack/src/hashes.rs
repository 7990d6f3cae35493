//! `hash.txt`, in cargo-leptos' format: which script, wasm and style sheet the pages name.
//!
//! leptos reads `js`, `wasm` and `css`; the fourth line is ours.

use crate::error::PackError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{fmt, fs, path::Path};

/// The content of a file, in 22 characters of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentHash(String);

impl ContentHash {
    /// Of these bytes: 128 bits of their SHA-256.
    pub(crate) fn of(content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        Self(URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default()))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The compiled client, packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) js: ContentHash,
    pub(crate) wasm: ContentHash,
    /// Whether it is as small as it gets.
    pub(crate) is_optimised: bool,
}

/// The content of `hash.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hashes {
    pub(crate) client: Client,
    pub(crate) css: ContentHash,
}

impl Hashes {
    /// The names of the files below `pkg/`, without those of their siblings.
    pub(crate) fn file_names(&self) -> [String; 3] {
        [js_name(&self.client.js), wasm_name(&self.client.wasm), css_name(&self.css)]
    }

    /// The content of a file, if it exists and is complete.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
            pairs.find(|(name, _)| *name == key).map(|(_, value)| value.trim())
        };
        let hash = |key| value(key).map(|value| ContentHash(value.to_owned()));
        let client = Client { js: hash("js")?, wasm: hash("wasm")?, is_optimised: value("optimised") == Some("yes") };
        Some(Self { client, css: hash("css")? })
    }

    /// Writes the file in one go, for the server may be reading it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), PackError> {
        let new = path.with_extension("txt.new");
        fs::write(&new, self.to_string()).map_err(PackError::write(&new))?;
        fs::rename(&new, path).map_err(PackError::write(path))
    }
}

impl fmt::Display for Hashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Client { js, wasm, is_optimised } = &self.client;
        let optimised = if *is_optimised { "yes" } else { "no" };
        write!(f, "js: {js}\nwasm: {wasm}\ncss: {}\noptimised: {optimised}\n", self.css)
    }
}

pub(crate) fn js_name(hash: &ContentHash) -> String {
    format!("client.{hash}.js")
}

pub(crate) fn wasm_name(hash: &ContentHash) -> String {
    format!("client.{hash}.wasm")
}

pub(crate) fn css_name(hash: &ContentHash) -> String {
    format!("client.{hash}.css")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(is_optimised: bool) -> Hashes {
        let [js, wasm, css] = ["js", "wasm", "css"].map(|content| ContentHash::of(content.as_bytes()));
        Hashes { client: Client { js, wasm, is_optimised }, css }
    }

    #[test]
    fn what_is_written_is_read() {
        for is_optimised in [true, false] {
            let hashes = hashes(is_optimised);
            assert_eq!(Hashes::parse(&hashes.to_string()), Some(hashes));
        }
    }

    #[test]
    fn what_cargo_leptos_writes_is_read_as_not_optimised() {
        let hashes = Hashes::parse("js: J-_1\nwasm: W\ncss: C\n");
        let names = hashes.as_ref().map(Hashes::file_names);
        assert_eq!(names, Some(["client.J-_1.js", "client.W.wasm", "client.C.css"].map(str::to_owned)));
        assert_eq!(hashes.map(|hashes| hashes.client.is_optimised), Some(false));
    }

    #[test]
    fn half_a_file_is_none() {
        assert_eq!(Hashes::parse("js: a\nwasm: b\n"), None);
        assert_eq!(Hashes::parse(""), None);
    }

    #[test]
    fn a_hash_is_of_the_content_alone_and_fits_a_url() {
        let hash = ContentHash::of(b"content");
        assert_eq!(hash, ContentHash::of(b"content"));
        assert_ne!(hash, ContentHash::of(b"other content"));
        assert_eq!(hash.0.len(), 22);
        assert!(hash.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
