//! The log of all tests of this process, at every level.

use std::{
    io,
    sync::{LazyLock, Mutex},
};

use tracing_subscriber::{Layer, filter::filter_fn, fmt, layer::SubscriberExt};

static LOG: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| {
    let ours = filter_fn(|metadata| {
        metadata.target().starts_with("passwordless_tenant") || metadata.target().starts_with("sqlx")
    });
    let layer = fmt::layer().with_ansi(false).without_time().with_writer(|| Writer).with_filter(ours);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
    Mutex::default()
});

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts the capture, which is shared by all tests.
pub(crate) fn record() {
    LazyLock::force(&LOG);
}

pub(crate) fn text() -> String {
    String::from_utf8(LOG.lock().unwrap().clone()).unwrap()
}
