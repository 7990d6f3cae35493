//! The file of an SQLite database: signing keys and phone numbers are in it.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    path::Path,
};

/// Creates the folder and the file, readable by this user alone. SQLite gives the files next to it the same permissions. An
/// existing file keeps its own.
pub(super) fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private_folder().recursive(true).create(folder)?;
    }
    match private_file().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if is_open_to_all(path) {
                tracing::warn!(path = %path.display(), "everyone on this machine can read the database: chmod o= helps");
            }
            Ok(())
        }
        made => made.map(drop),
    }
}

#[cfg(unix)]
fn private_folder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::database::{DatabaseArgs, open};
    use std::{env, error::Error, fs::Permissions, os::unix::fs::PermissionsExt, process};

    fn mode(path: &Path) -> io::Result<u32> {
        Ok(fs::metadata(path)?.permissions().mode() & 0o777)
    }

    #[tokio::test]
    async fn what_is_made_is_for_nobody_else() -> Result<(), Box<dyn Error>> {
        let root = env::temp_dir().join(format!("database-{}", process::id()));
        let file = root.join("data/all.db");
        let url = format!("sqlite:{}", file.display());
        let arguments = DatabaseArgs::new(&url);
        let pool = open(&arguments).await?;
        sqlx::query("CREATE TABLE secrets (secret TEXT)").execute(&pool).await?;
        for suffix in ["", "-wal", "-shm"] {
            let file = root.join(format!("data/all.db{suffix}"));
            assert_eq!(mode(&file)?, 0o600, "{}", file.display());
        }
        assert_eq!((mode(&root)?, mode(&root.join("data"))?), (0o700, 0o700));
        pool.close().await;

        fs::set_permissions(&file, Permissions::from_mode(0o644))?;
        fs::set_permissions(&root, Permissions::from_mode(0o755))?;
        open(&arguments).await?.close().await;
        assert_eq!((mode(&file)?, mode(&root)?), (0o644, 0o755), "what was there is left as it was");
        assert!(is_open_to_all(&file));
        fs::set_permissions(&file, Permissions::from_mode(0o640))?;
        assert!(!is_open_to_all(&file));
        fs::remove_dir_all(&root)?;
        Ok(())
    }
}
