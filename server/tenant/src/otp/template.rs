//! The text of a connection's messages: Auth0's `@@…@@` macros, or Liquid.
//!
//! <https://auth0.com/docs/authenticate/passwordless/authentication-methods/sms-otp>

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use liquid::{Parser, ParserBuilder};
use liquid_lib::stdlib;

use super::standard_text;

/// The variables of a template; `link` is for mail only.
const NAMES: [&str; 6] = ["code", "password", "phone_number", "application.name", "request_language", "operation"];

const MAX_DIGITS: usize = 18;

/// How a template is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Syntax {
    /// `{{ code }}`, with conditions; the macros are understood too, as Auth0's documentation mixes them.
    Liquid,
    /// `@@code@@` and nothing else.
    #[default]
    MdWithMacros,
}

/// A template that can be rendered.
#[derive(Clone, Default)]
pub(crate) enum Template {
    /// The standard text, in the language of each message.
    #[default]
    Standard,
    Macros(String),
    Liquid {
        source: String,
        parsed: Arc<liquid::Template>,
    },
}

/// The values of the variables. Signing in has no `operation`: it is empty.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) code: &'a str,
    pub(crate) phone_number: &'a str,
    pub(crate) application: &'a str,
    pub(crate) language: &'a str,
    /// The standard text in that language, with macros.
    pub(crate) standard: &'a str,
}

/// Why a template makes no message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error("is not a Liquid template: {0}")]
    Liquid(String),
    /// The parser panics at an integer beyond 64 bits.
    #[error("has a number of more than {MAX_DIGITS} digits")]
    Number,
    #[error("does not hold the code: write @@code@@, or {{{{ code }}}} with syntax: liquid")]
    NoCode,
}

impl Template {
    /// Parses and tries the template.
    pub(crate) fn new(source: &str, syntax: Syntax) -> Result<Self, TemplateError> {
        let template = match syntax {
            Syntax::MdWithMacros => Self::Macros(source.to_owned()),
            Syntax::Liquid => {
                if source.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > MAX_DIGITS) {
                    return Err(TemplateError::Number);
                }
                let source = fill_macros(source, |name| NAMES.contains(&name).then(|| format!("{{{{ {name} }}}}")));
                let parsed = PARSER.as_ref().map_err(Clone::clone).and_then(|parser| parser.parse(&source));
                Self::Liquid { parsed: Arc::new(parsed.map_err(|error| refused(&error))?), source }
            }
        };
        let sample = Values {
            code: "123456",
            phone_number: "+14155552671",
            application: "App",
            language: "en",
            standard: standard_text::ENGLISH,
        };
        let text = template.fill(sample)?;
        // In Liquid the code may be for other languages only; the sample's then gets the standard text.
        let may_hold_it = syntax == Syntax::Liquid && ["code", "password"].iter().any(|name| source.contains(name));
        if text.contains(sample.code) || may_hold_it { Ok(template) } else { Err(TemplateError::NoCode) }
    }

    /// The text, which certainly holds the code.
    pub(crate) fn render(&self, values: Values<'_>) -> Result<String, TemplateError> {
        let text = self.fill(values)?;
        if text.contains(values.code) { Ok(text) } else { Err(TemplateError::NoCode) }
    }

    fn fill(&self, values: Values<'_>) -> Result<String, TemplateError> {
        let text = match self {
            Self::Standard => values.fill(values.standard),
            Self::Macros(source) => values.fill(source),
            Self::Liquid { parsed, .. } => parsed.render(&values.globals()).map_err(|error| refused(&error))?,
        };
        Ok(text.trim().to_owned())
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self {
            Self::Standard => standard_text::ENGLISH,
            Self::Macros(source) | Self::Liquid { source, .. } => source,
        };
        formatter.debug_tuple("Template").field(&source).finish()
    }
}

impl<'a> Values<'a> {
    /// A text with macros, filled.
    pub(crate) fn fill(&self, text: &str) -> String {
        fill_macros(text, |name| self.get(name).map(str::to_owned))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        match name {
            "code" | "password" => Some(self.code),
            "phone_number" => Some(self.phone_number),
            "application.name" => Some(self.application),
            "request_language" => Some(self.language),
            "operation" => Some(""),
            _ => None,
        }
    }

    fn globals(&self) -> liquid::Object {
        liquid::object!({
            "code": self.code,
            "password": self.code,
            "phone_number": self.phone_number,
            "application": { "name": self.application },
            "request_language": self.language,
            "operation": liquid::model::Value::Nil,
        })
    }
}

/// Replaces each `@@name@@` that `value` knows, once; what comes in is not looked at again.
fn fill_macros(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("@@") {
        filled.push_str(before);
        let found = opened.split_once("@@").and_then(|(name, after)| Some((value(name.trim())?, after)));
        if let Some((value, after)) = found {
            filled.push_str(&value);
            rest = after;
        } else {
            filled.push_str("@@");
            rest = opened;
        }
    }
    filled + rest
}

/// Liquid without loops and without files: every template ends, and reads nothing but its values.
static PARSER: LazyLock<Result<Parser, liquid::Error>> = LazyLock::new(|| {
    ParserBuilder::<liquid::partials::EagerCompiler<liquid::partials::InMemorySource>>::new()
        .tag(stdlib::AssignTag)
        .block(stdlib::IfBlock)
        .block(stdlib::UnlessBlock)
        .block(stdlib::CaseBlock)
        .block(stdlib::CaptureBlock)
        .block(stdlib::CommentBlock)
        .block(stdlib::RawBlock)
        .filter(stdlib::Append)
        .filter(stdlib::Capitalize)
        .filter(stdlib::Default)
        .filter(stdlib::Downcase)
        .filter(stdlib::First)
        .filter(stdlib::Join)
        .filter(stdlib::Last)
        .filter(stdlib::Lstrip)
        .filter(stdlib::Prepend)
        .filter(stdlib::Remove)
        .filter(stdlib::Replace)
        .filter(stdlib::Rstrip)
        .filter(stdlib::Size)
        .filter(stdlib::Slice)
        .filter(stdlib::Split)
        .filter(stdlib::Strip)
        .filter(stdlib::StripNewlines)
        .filter(stdlib::Truncate)
        .filter(stdlib::Upcase)
        .build()
});

/// The engine's words on one line.
fn refused(error: &liquid::Error) -> TemplateError {
    let words = error.to_string();
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    TemplateError::Liquid(lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'static> = Values {
        code: "1234",
        phone_number: "+14155552671",
        application: "Acme @@code@@ {{ code }}",
        language: "de-AT",
        standard: standard_text::ENGLISH,
    };

    fn filled(source: &str, syntax: Syntax) -> Result<String, String> {
        let template = Template::new(source, syntax).map_err(|error| error.to_string())?;
        template.render(VALUES).map_err(|error| error.to_string())
    }

    #[test]
    fn macros_are_filled_once() {
        for (source, expected) in [
            ("@@code@@ @@password@@", "1234 1234"),
            ("@@application.name@@: @@ code @@", "Acme @@code@@ {{ code }}: 1234"),
            ("@@phone_number@@ @@request_language@@@@operation@@ @@code@@", "+14155552671 de-AT 1234"),
            ("@@x@@ @@code@@ {{ code }} @@", "@@x@@ 1234 {{ code }} @@"),
            ("@@ @@@@code@@", "@@ @@1234"),
        ] {
            assert_eq!(filled(source, Syntax::MdWithMacros).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn liquid_knows_the_same_values_and_conditions() {
        for (source, expected) in [
            ("{{ code }}/{{password}}/{{ application.name }}", "1234/1234/Acme @@code@@ {{ code }}"),
            ("{{ phone_number }} {{ request_language | slice: 0, 2 }} @@password@@", "+14155552671 de 1234"),
            ("{% if operation %}changed{% else %}{{ code }}{% endif %}", "1234"),
            (
                "{% if request_language contains 'de' %}\n Ihr Code: {{ code }}\n{% else %}Your code: {{ code }}{% endif %}\n",
                "Ihr Code: 1234",
            ),
        ] {
            assert_eq!(filled(source, Syntax::Liquid).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_makes_no_message_is_refused() {
        for (source, syntax, expected) in [
            ("Hello", Syntax::MdWithMacros, "does not hold the code"),
            ("{{ code }}", Syntax::MdWithMacros, "does not hold the code"),
            ("Hello", Syntax::Liquid, "does not hold the code"),
            ("{{ code", Syntax::Liquid, "is not a Liquid template"),
            ("{% if code %}{{ code }}", Syntax::Liquid, "is not a Liquid template"),
            ("{{ code }} {{ surname }}", Syntax::Liquid, "is not a Liquid template"),
            ("{% for i in (1..9) %}{{ code }}{% endfor %}", Syntax::Liquid, "is not a Liquid template"),
            ("{% include 'x' %}{{ code }}", Syntax::Liquid, "is not a Liquid template"),
            ("{{ code | slice: 9223372036854775808 }}", Syntax::Liquid, "has a number of more than 18 digits"),
            // Good when it is read, but not in this language.
            ("{% if request_language contains 'fr' %}{{ code }}{% endif %}", Syntax::Liquid, "does not hold the code"),
        ] {
            let error = filled(source, syntax);
            assert!(error.as_ref().is_err_and(|error| error.starts_with(expected)), "{source}: {error:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_template_breaks_it(
            source in "([@{}%| ]{0,3}(code|password|if|endif|assign x =|slice: 0, 9|truncate: -1|é|[a-z.:'0-9]{0,6})){0,12}",
            liquid in proptest::bool::ANY,
        ) {
            let syntax = if liquid { Syntax::Liquid } else { Syntax::MdWithMacros };
            if let Ok(text) = Template::new(&source, syntax).and_then(|template| template.render(VALUES)) {
                proptest::prop_assert!(text.contains("1234"));
            }
        }

        #[test]
        fn no_value_breaks_it(code in "[0-9]{4,40}", name in "\\PC{0,40}", language in "[a-zA-Z-]{0,35}") {
            let values = Values { code: &code, application: &name, language: &language, ..VALUES };
            let sources = ["@@code@@ @@application.name@@", "{{ application.name | slice: 1, 3 | upcase | truncate: 2 }}{{ code }}"];
            for (source, syntax) in sources.into_iter().zip([Syntax::MdWithMacros, Syntax::Liquid]) {
                let text = Template::new(source, syntax).and_then(|template| template.render(values));
                proptest::prop_assert!(text.is_ok_and(|text| text.contains(&code)));
            }
        }
    }
}
