//! The files that are served as they are. They are few and small, so they are copied each time.

use crate::error::PackError;
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// Copies the style sheets of a folder.
pub(crate) fn copy_style_sheets(from: &Path, to: &Path) -> Result<(), PackError> {
    let files = files(from)?;
    let style_sheets = files.iter().filter(|file| file.extension() == Some(OsStr::new("css")));
    copy(style_sheets, to)
}

/// Copies the files of a folder.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<(), PackError> {
    copy(files(from)?.iter(), to)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let entries = fs::read_dir(folder).map_err(PackError::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    Ok(paths.map_err(PackError::read(folder))?.into_iter().filter(|path| path.is_file()).collect())
}

fn copy<'a>(files: impl Iterator<Item = &'a PathBuf>, to: &Path) -> Result<(), PackError> {
    fs::create_dir_all(to).map_err(PackError::write(to))?;
    for file in files {
        let target = to.join(file.file_name().unwrap_or_default());
        fs::copy(file, &target).map_err(PackError::write(target))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, io, process};

    #[test]
    fn style_sheets_are_copied_and_nothing_else() -> Result<(), io::Error> {
        let root = env::temp_dir().join(format!("pack-assets-{}", process::id()));
        let (from, to) = (root.join("style"), root.join("site/pkg"));
        fs::create_dir_all(from.join("parts.css"))?;
        fs::write(from.join("lock.css"), "p {}")?;
        fs::write(from.join("notes.txt"), "")?;

        assert!(copy_style_sheets(&from, &to).is_ok());

        let copied: Vec<_> = fs::read_dir(&to)?.flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(copied, ["lock.css"]);
        fs::remove_dir_all(root)
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = copy_all(Path::new("no-such-folder"), Path::new("unused")).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.starts_with("cannot read no-such-folder")));
    }
}
