use crate::headless::Passwordless;
use leptos::{html::Input, prelude::*};

/// Moves the focus to the field that matters when an answer has arrived or the screen has changed.
///
/// Not at the start: there the field's `autofocus` speaks, and a field that is being typed in must not be touched.
pub(super) fn follow(passwordless: Passwordless, field: NodeRef<Input>) {
    let moment =
        Memo::new(move |_| (passwordless.screen(), passwordless.notice(), passwordless.waiting_for().is_some()));
    Effect::new(move |before: Option<()>| {
        let (_, _, waiting) = moment.get();
        if before.is_some() && !waiting {
            request_animation_frame(move || focus(passwordless, field));
        }
    });
}

fn focus(passwordless: Passwordless, field: NodeRef<Input>) {
    let Some(input) = field.get_untracked() else { return };
    if input.name() == "code" {
        input.set_value(&untrack(|| passwordless.code()));
    }
    // A browser that refuses the focus leaves it where it is.
    drop(input.focus());
}
