//! Style sheets, and the files that are served as they are. They are few and small, so they are written each time.

use crate::error::PackError;
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// The style sheet of the pages.
const MAIN: &str = "app.css";

/// Writes the style sheets of a folder as one, which browsers fetch at once.
///
/// `app.css` imports the others, for cargo-leptos, which follows imports; here they come first and the imports fall out.
pub(crate) fn bundle_style_sheets(from: &Path, to: &Path) -> Result<(), PackError> {
    let mut sheets = files(from)?;
    sheets.retain(|file| file.extension() == Some(OsStr::new("css")));
    sheets.sort_by_key(|file| (file.file_name() == Some(OsStr::new(MAIN)), file.clone()));
    let mut bundle = String::new();
    for sheet in &sheets {
        let text = fs::read_to_string(sheet).map_err(PackError::read(sheet))?;
        bundle.extend(text.lines().filter(|line| !line.starts_with("@import ")).flat_map(|line| [line, "\n"]));
    }
    fs::write(to, bundle).map_err(PackError::write(to))
}

/// Copies the files of a folder.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<(), PackError> {
    fs::create_dir_all(to).map_err(PackError::write(to))?;
    for file in files(from)? {
        let target = to.join(file.file_name().unwrap_or_default());
        fs::copy(&file, &target).map_err(PackError::write(target))?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let entries = fs::read_dir(folder).map_err(PackError::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    Ok(paths.map_err(PackError::read(folder))?.into_iter().filter(|path| path.is_file()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, io, process};

    #[test]
    fn style_sheets_become_one_with_the_pages_last() -> Result<(), io::Error> {
        let root = env::temp_dir().join(format!("pack-assets-{}", process::id()));
        fs::create_dir_all(&root)?;
        fs::write(root.join("app.css"), "@import \"lock.css\";\np {}\n")?;
        fs::write(root.join("lock.css"), ".lock {}")?;
        fs::write(root.join("notes.txt"), "not a style sheet")?;

        let bundle = root.join("bundle");
        assert!(bundle_style_sheets(&root, &bundle).is_ok());

        assert_eq!(fs::read_to_string(bundle)?, ".lock {}\np {}\n");
        fs::remove_dir_all(root)
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = copy_all(Path::new("no-such-folder"), Path::new("unused")).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.starts_with("cannot read no-such-folder")));
    }
}
