//! How many files, and so connections, this process may have open.

/// The database, the site, and calls to the tenant and to providers.
#[cfg(unix)]
const RESERVE: usize = 256;

/// Asks the system for so many connections, as what shells and service managers allow at first is often half of it; returns
/// how many it gives.
#[cfg(unix)]
pub(crate) fn for_connections(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let files = u64::try_from(wanted.saturating_add(RESERVE)).unwrap_or(u64::MAX);
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < files) {
        let more = Rlimit { current: Some(limit.maximum.map_or(files, |maximum| maximum.min(files))), ..limit };
        if setrlimit(Resource::Nofile, more).is_ok() {
            limit = more;
        }
    }
    let Some(given) = limit.current.filter(|given| *given < files) else { return wanted };
    tracing::warn!(given, wanted = files, "few files may be open, and so few connections: raise the limit (ulimit -n)");
    usize::try_from(given).unwrap_or(wanted).saturating_sub(RESERVE)
}

#[cfg(not(unix))]
pub(crate) fn for_connections(wanted: usize) -> usize {
    wanted
}
