//! Users from Auth0's export.

use std::io::{self, BufRead, Read};

use super::export_format::{LineError, PortableUser};
use crate::{
    clock::Clock,
    error::StoreError,
    store::{ImportOutcome, Pool, Store},
};

/// Users of one transaction: few enough that no login waits long for it.
const BATCH: usize = 1000;
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Users that were not here before.
    pub new: u64,
    /// Users that were here, and now have the number, the block and the dates of the file.
    pub known: u64,
    /// Lines that are not imported, each of which was reported.
    pub skipped: u64,
    /// The `user_id` of each known user whom the file blocks and who was not blocked here.
    pub newly_blocked: Vec<String>,
}

/// An import stopped; the lines before are imported, and importing the file again does no harm.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("the users cannot be read")]
    Read(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports users of [Auth0's export](https://auth0.com/docs/manage-users/user-migration/bulk-user-exports): one JSON object
/// a line. Each keeps its `user_id`, and so the `sub` of its tokens. Lines that cannot be imported are skipped, and reported
/// with their number, which begins at 1.
///
/// Users who are here already are updated: the earlier creation and the later sign-in count, and a block stays a block.
///
/// # Errors
///
/// When the lines cannot be read, or the database cannot be written.
pub async fn import_users(
    pool: &Pool,
    clock: &dyn Clock,
    mut lines: impl BufRead,
    mut report: impl FnMut(u64, LineError),
) -> Result<Imported, ImportError> {
    let store = Store::new(pool.clone());
    let now = clock.millis();
    let mut imported = Imported::default();
    let mut batch: Vec<(u64, PortableUser)> = Vec::with_capacity(BATCH);
    let mut line = Vec::new();
    for number in 1.. {
        let is_end = !read_line(&mut lines, &mut line)?;
        if is_end || batch.len() == BATCH {
            import_batch(&store, &mut batch, &mut imported, &mut report).await?;
        }
        if is_end {
            break;
        }
        match parse(&line, |line| PortableUser::parse(line, now)) {
            Some(Ok(user)) => batch.push((number, user)),
            Some(Err(error)) => {
                imported.skipped += 1;
                report(number, error);
            }
            None => {}
        }
    }
    Ok(imported)
}

async fn import_batch(
    store: &Store,
    batch: &mut Vec<(u64, PortableUser)>,
    imported: &mut Imported,
    report: &mut impl FnMut(u64, LineError),
) -> Result<(), StoreError> {
    let outcomes = store.import_users(batch.iter().map(|(_, user)| user)).await?;
    for ((number, user), outcome) in batch.drain(..).zip(outcomes) {
        match outcome {
            ImportOutcome::New => imported.new += 1,
            ImportOutcome::Known => imported.known += 1,
            ImportOutcome::NewlyBlocked => {
                imported.known += 1;
                imported.newly_blocked.push(user.subject());
            }
            ImportOutcome::NumberTaken => {
                imported.skipped += 1;
                report(number, LineError::NumberTaken);
            }
        }
    }
    Ok(())
}

/// Reads the next line, of one that is too long the beginning; `false` at the end.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if lines.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if !line.ends_with(b"\n") {
        lines.skip_until(b'\n')?;
    }
    Ok(true)
}

/// `None` for an empty line.
fn parse<T>(line: &[u8], parse: impl FnOnce(&[u8]) -> Result<T, LineError>) -> Option<Result<T, LineError>> {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    if line.len() as u64 > MAX_LINE_BYTES {
        return Some(Err(LineError::TooLong));
    }
    let text = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii();
    (!text.is_empty()).then(|| parse(text))
}
