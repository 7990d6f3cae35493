use http::request::Parts;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether a response depends on its browser, so that no cache may store it; an extension of the request.
#[derive(Clone, Debug, Default)]
pub(super) struct Personal(Arc<AtomicBool>);

impl Personal {
    pub(super) fn mark(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_marked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Notes that the response to this request depends on its browser.
pub(super) fn mark(parts: &Parts) {
    if let Some(personal) = parts.extensions.get::<Personal>() {
        personal.mark();
    }
}
