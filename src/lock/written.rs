//! A dialog as the server wrote it: its parts are bound, and nothing is rendered.

use super::{PARTS, part};
use crate::headless::{Passwordless, element};
use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState, add_attr::AddAnyAttr},
    },
    wasm_bindgen::JsCast,
};
use web_sys::Element;

/// Stands for the view of a dialog.
pub(super) struct Written {
    pub(super) passwordless: Passwordless,
    /// How many elements the view has.
    pub(super) elements: usize,
}

/// What opens the dialog, if something does, and the dialog.
type Elements = (Option<Element>, Option<Element>);

impl Written {
    fn bind(self) -> Elements {
        let (opener, dialog) = (element(self.passwordless, "open"), element::<Element>(self.passwordless, "dialog"));
        let selector = ["[", part::NAME, "]"].concat();
        let parts = dialog.as_ref().and_then(|dialog| dialog.query_selector_all(&selector).ok());
        let parts = parts.iter().flat_map(|parts| (0..parts.length()).filter_map(|at| parts.item(at)));
        let parts: Vec<Element> = parts.map(JsCast::unchecked_into).collect();
        for element in opener.iter().chain(&dialog).chain(&parts) {
            self.bind_part(element);
        }
        (opener, dialog)
    }

    fn bind_part(&self, element: &Element) -> Option<()> {
        let name = element.get_attribute(part::NAME)?;
        let part = PARTS.iter().find(|part| part.name == name)?;
        // An island is on its page to the end.
        std::mem::forget(part.of(self.passwordless).bind(element, true));
        Some(())
    }
}

impl Render for Written {
    type State = Elements;

    /// Only the server renders.
    fn build(self) -> Elements {
        (None, None)
    }

    fn rebuild(self, _: &mut Elements) {}
}

impl AddAnyAttr for Written {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Written {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Elements {
        for _ in 0..self.elements {
            match position.get() {
                Position::FirstChild => cursor.child(),
                Position::Current => {}
                _ => cursor.sibling(),
            }
            position.set(Position::NextChild);
        }
        self.bind()
    }

    fn into_owned(self) -> Self {
        self
    }
}
