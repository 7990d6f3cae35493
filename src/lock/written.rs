//! The screens as the server wrote them: their parts are bound, and nothing is rendered.

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

/// Stands for the screens in the view of a card, as the last of its children.
pub(super) struct Written(pub(super) Passwordless);

impl Written {
    fn bind(self) {
        let Some(card) = element::<Element>(self.0, "card") else { return };
        let Ok(parts) = card.query_selector_all(&["[", part::NAME, "]"].concat()) else { return };
        for at in 0..parts.length() {
            let element = parts.item(at).map(JsCast::unchecked_into::<Element>);
            element.as_ref().and_then(|element| self.bind_part(element));
        }
    }

    fn bind_part(&self, element: &Element) -> Option<()> {
        let name = element.get_attribute(part::NAME)?;
        let part = PARTS.iter().find(|part| part.name == name)?;
        // An island is on its page to the end.
        std::mem::forget(part.of(self.0).bind(element, true));
        Some(())
    }
}

impl Render for Written {
    type State = ();

    fn build(self) {}

    fn rebuild(self, (): &mut ()) {}
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

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) {
        self.bind();
    }

    fn into_owned(self) -> Self {
        self
    }
}
