//! The text of the message.

use secrecy::SecretString;

use super::challenge::OneTimeCode;

const DEFAULT: &str = "Your verification code is: @@code@@ (@@application.name@@)";

/// Fills a connection's template; Auth0's macros and the same names in Liquid's braces are understood.
pub(super) fn text(template: Option<&str>, application: &str, code: &OneTimeCode) -> SecretString {
    let mut text = String::new();
    let mut rest = template.unwrap_or(DEFAULT);
    while let Some(placeholder) = Placeholder::first_in(rest) {
        text.push_str(placeholder.before);
        match placeholder.name {
            "code" | "password" => text.push_str(code.expose()),
            "application.name" => text.push_str(application),
            _ => text.push_str(placeholder.whole),
        }
        rest = placeholder.after;
    }
    text.push_str(rest);
    text.into()
}

struct Placeholder<'a> {
    before: &'a str,
    whole: &'a str,
    name: &'a str,
    after: &'a str,
}

impl<'a> Placeholder<'a> {
    fn first_in(text: &'a str) -> Option<Self> {
        let macro_ = Self::between(text, "@@", "@@");
        let liquid = Self::between(text, "{{", "}}");
        match (macro_, liquid) {
            (Some(macro_), Some(liquid)) if liquid.before.len() < macro_.before.len() => Some(liquid),
            (macro_, liquid) => macro_.or(liquid),
        }
    }

    fn between(text: &'a str, open: &str, close: &str) -> Option<Self> {
        let (before, opened) = text.split_once(open)?;
        let (name, after) = opened.split_once(close)?;
        let whole = text.get(before.len()..text.len() - after.len())?;
        Some(Self { before, whole, name: name.trim(), after })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn filled(template: Option<&str>) -> String {
        let code = OneTimeCode::draw(4, &crate::entropy::SystemEntropy);
        text(template, "Acme @@code@@", &code).expose_secret().replace(code.expose(), "1234")
    }

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(filled(None), "Your verification code is: 1234 (Acme @@code@@)");
        assert_eq!(filled(Some("@@password@@/{{ code }}/{{application.name}}")), "1234/1234/Acme @@code@@");
        assert_eq!(filled(Some("{{ locale }} @@x@@ {{ code @@code@@")), "{{ locale }} @@x@@ {{ code 1234");
    }

    proptest::proptest! {
        #[test]
        fn no_template_breaks_it(template in "([@{}]{0,3}[a-z. é]{0,8}){0,8}") {
            let _ = filled(Some(&template));
        }
    }
}
