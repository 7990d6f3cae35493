//! What a dialog that the browser rendered needs once it is in the document, and the server's HTML does by itself.

use super::LockOptions;
use crate::headless::Passwordless;

#[cfg(any(feature = "ssr", feature = "islands"))]
pub(super) fn follow(_: Passwordless, _: &LockOptions, _: bool) {}

/// Lists the countries, colours the dialog, and moves the focus into it if it is to begin there: browsers ignore `autofocus`
/// in a document that has the focus somewhere else.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(super) fn follow(passwordless: Passwordless, options: &LockOptions, autofocus: bool) {
    use super::{country_picker::combobox, dom_effects};
    use leptos::prelude::*;

    let theme = options.theme.clone();
    Effect::new(move |_| {
        let theme = theme.clone();
        if passwordless.is_rendered_here() {
            when_in_document(passwordless, move || {
                theme.paint();
                combobox::draw(passwordless);
                if autofocus {
                    dom_effects::focus(passwordless);
                }
            });
        }
    });
}

/// A router may render a page before it puts it into the document. Nothing happens if the dialog is removed before.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
fn when_in_document(passwordless: Passwordless, act: impl FnOnce() + 'static) {
    use crate::headless::element;
    use leptos::prelude::request_animation_frame;

    if element::<web_sys::Element>(passwordless, "card").is_some() {
        act();
    } else if passwordless.is_readable() {
        let act: Box<dyn FnOnce()> = Box::new(act);
        request_animation_frame(move || when_in_document(passwordless, act));
    }
}
