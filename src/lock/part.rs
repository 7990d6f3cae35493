//! The elements of the dialog that change or act, each described once, by a [`Part`]: as an attribute of the view it is rendered
//! and hydrated; in an app with islands it is found in the server's HTML by its name.

use crate::headless::{Passwordless, escaped, escaped_attribute};
use leptos::{
    attr::{Attribute, NextAttribute},
    ev::Event,
    prelude::*,
    reactive::effect::RenderEffect,
    tachys::renderer::{RemoveEventHandler, Rndr},
    wasm_bindgen::JsCast,
};
use web_sys::Element;

/// The attribute that has the name of a part.
pub(super) const NAME: &str = "data-part";

/// What an element shows and does.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) bindings: &'static [Binding],
}

pub(super) enum Binding {
    /// An attribute that is there or is not.
    When(&'static str, fn(Passwordless) -> bool),
    /// An ARIA attribute, which needs an explicit `false`.
    Aria(&'static str, fn(Passwordless) -> bool),
    Attribute(&'static str, fn(Passwordless) -> String),
    /// The text in the element. It is set as HTML, because browsers that translate a page replace its text nodes.
    Content(fn(Passwordless) -> String),
    /// The same, as HTML already.
    Html(fn(Passwordless) -> String),
    On(&'static str, fn(Passwordless, &Event)),
}

impl Part {
    /// The part of this dialog, as an attribute of its element.
    pub(super) fn of(&'static self, passwordless: Passwordless) -> Bound {
        Bound { part: self, passwordless }
    }
}

impl Binding {
    /// The attribute that it sets; none if it is the content of the element.
    fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::When(name, _) | Self::Aria(name, _) | Self::Attribute(name, _) => Some(name),
            Self::Content(_) | Self::Html(_) | Self::On(..) => None,
        }
    }

    fn value(&self, passwordless: Passwordless) -> Option<String> {
        match self {
            Self::When(_, is) => is(passwordless).then(String::new),
            Self::Aria(_, is) => Some(if is(passwordless) { "true" } else { "false" }.to_owned()),
            Self::Attribute(_, read) | Self::Html(read) => Some(read(passwordless)),
            Self::Content(read) => Some(escaped(&read(passwordless))),
            Self::On(..) => None,
        }
    }

    fn show(&self, element: &Element, value: Option<&str>) {
        match (self.attribute(), value) {
            (None, html) => Rndr::set_inner_html(element, html.unwrap_or_default()),
            (Some(name), Some(value)) => Rndr::set_attribute(element, name, value),
            (Some(name), None) => Rndr::remove_attribute(element, name),
        }
    }
}

/// A part of one dialog.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    part: &'static Part,
    passwordless: Passwordless,
}

/// An element that follows the state for as long as this is there.
pub(super) struct Live {
    element: Element,
    _effects: Vec<RenderEffect<Option<String>>>,
    _listeners: Vec<RemoveEventHandler<Element>>,
}

impl Bound {
    /// Binds an element, which shows the state already if the server rendered it.
    pub(super) fn bind(self, element: &Element, is_rendered: bool) -> Live {
        let (mut effects, mut listeners) = (Vec::new(), Vec::new());
        for binding in self.part.bindings {
            match binding {
                Binding::On(event, act) => listeners.push(listen(element, event, self.passwordless, *act)),
                binding => effects.push(follow(element.clone(), binding, self.passwordless, is_rendered)),
            }
        }
        Live { element: element.clone(), _effects: effects, _listeners: listeners }
    }
}

fn follow(
    element: Element,
    binding: &'static Binding,
    passwordless: Passwordless,
    is_rendered: bool,
) -> RenderEffect<Option<String>> {
    RenderEffect::new(move |before: Option<Option<String>>| {
        let value = binding.value(passwordless);
        if !before.map_or(is_rendered, |before| before == value) {
            binding.show(&element, value.as_deref());
        }
        value
    })
}

fn listen(
    element: &Element,
    event: &str,
    passwordless: Passwordless,
    act: fn(Passwordless, &Event),
) -> RemoveEventHandler<Element> {
    let mut act = passwordless.on(act);
    let owner = Owner::current().unwrap_or_default();
    Rndr::add_event_listener(element, event, Box::new(move |event| owner.with(|| act(event.unchecked_into()))))
}

impl Attribute for Bound {
    const MIN_LENGTH: usize = 0;

    type State = Live;
    type AsyncOutput = Self;
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn html_len(&self) -> usize {
        0
    }

    fn to_html(self, attributes: &mut String, _: &mut String, _: &mut String, inner_html: &mut String) {
        attributes.extend([" ", NAME, "=\"", self.part.name, "\""]);
        for binding in self.part.bindings {
            match (binding.attribute(), binding.value(self.passwordless)) {
                (None, html) => inner_html.extend(html),
                (Some(name), Some(value)) => {
                    attributes.extend([" ", name, "=\"", &escaped_attribute(&value), "\""]);
                }
                (Some(_), None) => {}
            }
        }
    }

    fn hydrate<const FROM_SERVER: bool>(self, element: &Element) -> Live {
        self.bind(element, FROM_SERVER)
    }

    fn build(self, element: &Element) -> Live {
        self.bind(element, false)
    }

    fn rebuild(self, state: &mut Live) {
        *state = self.bind(&state.element, false);
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }
}

impl NextAttribute for Bound {
    type Output<NewAttr: Attribute> = (Self, NewAttr);

    fn add_any_attr<NewAttr: Attribute>(self, new: NewAttr) -> (Self, NewAttr) {
        (self, new)
    }
}
