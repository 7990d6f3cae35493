use leptos::prelude::*;
use thiserror::Error;

/// The looks of one dialog; the names follow Lock's. More is themed by the custom properties of `style/lock.css`.
///
/// ```
/// use leptos_passwordless::lock::{Color, Theme};
///
/// let theme = Theme::default().primary_color(Color::parse("#ea5323")?).logo("/our-logo.svg");
/// # Ok::<(), leptos_passwordless::lock::InvalidColor>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Theme {
    /// The URL of an image in place of the logo; the content security policy must allow it.
    pub logo: Option<String>,
    /// The colour of buttons and links. The style sheet ensures the contrast of text on it and next to it.
    pub primary_color: Option<Color>,
}

/// A colour, as `#rgb` or `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Color(String);

/// The text is not a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a colour: `#rgb` or `#rrggbb` is expected")]
pub struct InvalidColor;

impl Color {
    /// Reads a colour.
    ///
    /// # Errors
    /// [`InvalidColor`] if the text is not `#` and three or six hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').ok_or(InvalidColor)?;
        let is_color = matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_color { Ok(Self(digits.to_owned())) } else { Err(InvalidColor) }
    }
}

impl Theme {
    /// Sets [`logo`](Self::logo).
    #[must_use]
    pub fn logo(self, logo: impl Into<String>) -> Self {
        Self { logo: Some(logo.into()), ..self }
    }

    /// Sets [`primary_color`](Self::primary_color).
    #[must_use]
    pub fn primary_color(self, primary_color: Color) -> Self {
        Self { primary_color: Some(primary_color), ..self }
    }

    /// The classes of an element that has these looks.
    pub(super) fn class(&self, class: &'static str) -> String {
        let color = self.primary_color.as_ref().map(|color| [" lock-color-", &color.0].concat());
        [class, &color.unwrap_or_default()].concat()
    }

    /// Only the server renders it.
    #[cfg(feature = "ssr")]
    fn rule(theme: &Self) -> String {
        let Some(Color(digits)) = &theme.primary_color else { return String::new() };
        let nonce = leptos::nonce::use_nonce().map(|nonce| format!(" nonce=\"{nonce}\"")).unwrap_or_default();
        format!("<style{nonce}>.lock-color-{digits}{{--lock-accent:#{digits}}}</style>")
    }

    #[cfg(not(feature = "ssr"))]
    fn rule(_: &Self) -> String {
        String::new()
    }

    /// Colours what the browser rendered. The content security policy allows a script to set a property.
    #[cfg(not(any(feature = "ssr", feature = "islands")))]
    pub(super) fn paint(&self) {
        use leptos::{prelude::document, wasm_bindgen::JsCast};

        let Some(Color(digits)) = &self.primary_color else { return };
        let colored = document().get_elements_by_class_name(&["lock-color-", digits].concat());
        for at in 0..colored.length() {
            if let Some(element) = colored.item(at) {
                // Only a read-only style would refuse.
                let style = element.unchecked_ref::<web_sys::HtmlElement>().style();
                drop(style.set_property("--lock-accent", &["#", digits].concat()));
            }
        }
    }
}

/// The logo, which is decorative, and the colour as a rule with the nonce of the page: a strict content security policy
/// forbids `style` attributes.
#[component]
pub(super) fn Logo(theme: Theme) -> impl IntoView {
    let is_own = theme.logo.is_some();
    view! {
        <span hidden inner_html=Theme::rule(&theme)></span>
        <img class="lock-logo" src=theme.logo.unwrap_or_default() alt="" hidden=!is_own />
        <span class="lock-logo lock-default-logo" aria-hidden="true" hidden=is_own></span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_colour_gets_into_a_style_sheet() {
        for text in ["", "ea5323", "#ea53", "#ea5323}", "#gggggg", "red", "#fff;x"] {
            assert_eq!(Color::parse(text), Err(InvalidColor), "{text}");
        }
        let theme = Theme { primary_color: Color::parse("#Ea5").ok(), ..Theme::default() };
        assert_eq!(theme.class("lock"), "lock lock-color-Ea5");
    }
}
