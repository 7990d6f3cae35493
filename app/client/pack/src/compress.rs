//! The compressed siblings of a file, `.br` and `.gz`, which the server sends to those who take them.

use crate::error::PackError;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Brotli at its best, quality 11.
pub(crate) const BROTLI: &str = "br";
/// gzip at its best, level 9.
pub(crate) const GZIP: &str = "gz";

/// Writes a file and its siblings.
pub(crate) fn write_all(path: &Path, content: &[u8]) -> Result<(), PackError> {
    let brotli = sibling(path, BROTLI);
    let gzip = sibling(path, GZIP);
    fs::write(path, content).map_err(PackError::write(path))?;
    fs::write(&brotli, brotli_11(content).map_err(PackError::write(&brotli))?).map_err(PackError::write(&brotli))?;
    fs::write(&gzip, gzip_9(content).map_err(PackError::write(&gzip))?).map_err(PackError::write(&gzip))
}

/// Whether a file and its siblings are there.
pub(crate) fn are_all_there(path: &Path) -> bool {
    path.is_file() && sibling(path, BROTLI).is_file() && sibling(path, GZIP).is_file()
}

/// `logo.svg` → `logo.svg.br`.
pub(crate) fn sibling(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

pub(crate) fn brotli_11(mut content: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, size_hint: content.len(), ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut content, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip_9(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    #[test]
    fn siblings_hold_the_same_and_are_smaller() -> io::Result<()> {
        let content = "the same again, ".repeat(100);
        let (brotli, gzip) = (brotli_11(content.as_bytes())?, gzip_9(content.as_bytes())?);
        let (mut from_brotli, mut from_gzip) = (Vec::new(), String::new());
        brotli::BrotliDecompress(&mut brotli.as_slice(), &mut from_brotli)?;
        GzDecoder::new(gzip.as_slice()).read_to_string(&mut from_gzip)?;
        assert_eq!((from_brotli.as_slice(), from_gzip.as_str()), (content.as_bytes(), content.as_str()));
        assert!(brotli.len() < 100 && gzip.len() < 100);
        Ok(())
    }

    #[test]
    fn a_sibling_keeps_the_whole_name() {
        assert_eq!(sibling(Path::new("site/logo.svg"), BROTLI), Path::new("site/logo.svg.br"));
    }
}
