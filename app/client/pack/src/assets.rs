//! Style sheets, and the files that are served under their own names.

use crate::{
    compress,
    error::PackError,
    site::{Site, files},
};
use std::{ffi::OsStr, fs, path::Path};

/// The style sheet of the pages.
const MAIN: &str = "app.css";
/// Kinds of files that are not compressed in themselves.
const COMPRESSIBLE: [&str; 4] = ["ico", "json", "svg", "txt"];

/// The style sheets of a folder as one, which browsers fetch at once.
///
/// `app.css` imports the others, for cargo-leptos, which follows imports; here they come first and the imports fall out.
pub(crate) fn bundle_style_sheets(from: &Path) -> Result<String, PackError> {
    let mut sheets = files(from)?;
    sheets.retain(|file| file.extension() == Some(OsStr::new("css")));
    sheets.sort_by_key(|file| file.file_name() == Some(OsStr::new(MAIN)));
    let mut bundle = String::new();
    for sheet in &sheets {
        let text = fs::read_to_string(sheet).map_err(PackError::read(sheet))?;
        let lines = text.lines().filter(|line| !line.starts_with("@import "));
        bundle.extend(lines.flat_map(|line| [line, "\n"]));
    }
    Ok(bundle)
}

/// Copies the files of a folder that the site does not have like that.
pub(crate) fn copy_all(from: &Path, site: &Site) -> Result<(), PackError> {
    for file in files(from)? {
        let content = fs::read(&file).map_err(PackError::read(&file))?;
        let target = site.root().join(file.file_name().unwrap_or_default());
        let is_compressible = file.extension().and_then(OsStr::to_str).is_some_and(|kind| COMPRESSIBLE.contains(&kind));
        let is_there = if is_compressible { compress::are_all_there(&target) } else { target.is_file() };
        if is_there && fs::read(&target).map_err(PackError::read(&target))? == content {
            continue;
        }
        if is_compressible {
            compress::write_all(&target, &content)?;
        } else {
            fs::write(&target, &content).map_err(PackError::write(&target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, TestResult};

    #[test]
    fn style_sheets_become_one_with_the_pages_last() -> TestResult {
        let Folder { path: ref from } = Folder::new("assets-css")?;
        fs::write(from.join("app.css"), "@import \"lock.css\";\np {}\n")?;
        fs::write(from.join("lock.css"), ".lock {\n  color: red;\n}")?;
        fs::write(from.join("notes.txt"), "not a style sheet")?;
        assert_eq!(bundle_style_sheets(from)?, ".lock {\n  color: red;\n}\np {}\n");
        Ok(())
    }

    #[test]
    fn files_are_copied_and_the_compressible_ones_compressed() -> TestResult {
        let folder = Folder::new("assets-copy")?;
        let (from, site) = (folder.path.join("public"), Site::open(&folder.path.join("site"))?);
        fs::create_dir(&from)?;
        fs::write(from.join("photo.webp"), "photo")?;
        for version in ["old", "new"] {
            fs::write(from.join("logo.svg"), version)?;
            copy_all(&from, &site)?;
            assert_eq!(fs::read_to_string(site.root().join("logo.svg"))?, version);
            let mut decompressed = Vec::new();
            brotli::BrotliDecompress(&mut fs::read(site.root().join("logo.svg.br"))?.as_slice(), &mut decompressed)?;
            assert_eq!(decompressed, version.as_bytes());
        }
        assert!(site.root().join("photo.webp").is_file() && !site.root().join("photo.webp.br").exists());
        Ok(())
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = bundle_style_sheets(Path::new("no-such-folder")).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.starts_with("cannot read no-such-folder")));
    }
}
