//! Loads the page anew when the server has become another version.

use crate::props_codec::VERSION;
use leptos::prelude::window;

const KEY: &str = "lock-reloaded";

/// Loads the page anew; once in a tab for each version, so that it never does so in a loop. Returns whether it was before.
pub(super) fn once() -> bool {
    let Ok(Some(storage)) = window().session_storage() else { return true };
    let version = VERSION.to_string();
    let was_reloaded = storage.get_item(KEY).ok().flatten().is_some_and(|last| last == version);
    if was_reloaded || storage.set_item(KEY, &version).is_err() {
        return true;
    }
    window().location().reload().is_err()
}
