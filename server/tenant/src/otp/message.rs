//! The text of the SMS.

use http::{HeaderMap, header};
use secrecy::SecretString;
use url::{Host, Url};

use super::{
    language::Language,
    standard_text,
    template::{Template, Values},
};

/// Twilio's limit, in characters.
const MAX_LENGTH: usize = 1600;

/// The request that the message depends on.
#[derive(Clone, Debug)]
pub(crate) struct MessageContext {
    pub(crate) language: Language,
    /// The host of the https page that asks for the code: phones autofill the code only there.
    pub(crate) host: Option<String>,
    pub(crate) user_agent: Option<String>,
}

impl MessageContext {
    /// For a code that will be entered on the page at `url`.
    pub(crate) fn at(url: Option<&Url>, headers: &HeaderMap) -> Self {
        let https = url.filter(|url| url.scheme() == "https");
        let host = match https.and_then(Url::host) {
            Some(Host::Domain(name)) => Some(name.to_owned()),
            _ => None,
        };
        let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { language: Language::of(headers), host, user_agent }
    }

    /// The same for a page of the tenant in the language of this tag.
    pub(crate) fn in_language(self, tag: &str) -> Self {
        Self { language: Language::of_page(tag), ..self }
    }
}

/// Fills the connection's template; a message always contains the code, and is never too long to be sent.
pub(crate) fn text(template: &Template, values: Values<'_>, host: Option<&str>) -> SecretString {
    written(template, values, host).into()
}

/// The last line is the origin-bound form, which phones autofill from: <https://wicg.github.io/sms-one-time-codes/>
fn written(template: &Template, values: Values<'_>, host: Option<&str>) -> String {
    let last_line = host.map(|host| format!("\n@{host} #{}", values.code)).unwrap_or_default();
    let space = MAX_LENGTH.saturating_sub(last_line.chars().count());
    let text = match template.render(values) {
        Ok(text) if text.chars().count() <= space => text,
        Ok(_) => standard(values, "the template's text is too long"),
        Err(error) => standard(values, &error.to_string()),
    };
    text + &last_line
}

/// A code is sent even where the template fails.
fn standard(values: Values<'_>, reason: &str) -> String {
    tracing::warn!(reason, "the template of a connection failed; the standard text was sent");
    values.fill(standard_text::without_application(values.standard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otp::template::Syntax;

    const VALUES: Values<'static> = Values {
        code: "123456",
        phone_number: "+14155552671",
        application: "Acme",
        language: "en",
        standard: standard_text::ENGLISH,
    };

    fn values(language: &'static str) -> Values<'static> {
        Values { language, standard: standard_text::in_language(language).unwrap_or_default(), ..VALUES }
    }

    #[test]
    fn the_code_is_bound_to_the_host() {
        let text = written(&Template::default(), VALUES, Some("app.example"));
        assert_eq!(text, "Your verification code is: 123456 (Acme)\n@app.example #123456");
        assert_eq!(written(&Template::default(), VALUES, None), "Your verification code is: 123456 (Acme)");
    }

    #[test]
    fn standard_text_is_in_the_language_before_a_last_line_that_is_not() {
        let german = written(&Template::default(), values("de-AT"), Some("app.example"));
        assert_eq!(german, "Ihr Bestätigungscode lautet: 123456 (Acme)\n@app.example #123456");
        for language in ["ar", "fa", "he"] {
            let text = written(&Template::default(), values(language), Some("app.example"));
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!((lines.len(), lines[1]), (2, "@app.example #123456"), "{text}");
            assert!(lines[0].ends_with(": 123456 (Acme)"), "{text}");
        }
    }

    #[test]
    fn standard_text_does_without_the_application_if_its_name_is_too_long() {
        let application = "é".repeat(MAX_LENGTH);
        for (language, expected) in [("en", "Your verification code is: 123456"), ("ja", "認証コード：123456")] {
            let values = Values { application: &application, ..values(language) };
            assert_eq!(written(&Template::default(), values, None), expected);
        }
    }

    #[test]
    fn only_https_pages_with_a_name_can_be_bound_to() -> Result<(), url::ParseError> {
        for (url, expected) in [
            ("https://app.example:8443/callback?x", Some("app.example")),
            ("http://app.example/", None),
            ("https://192.0.2.1/", None),
            ("com.example.app://callback", None),
        ] {
            let reader = MessageContext::at(Some(&Url::parse(url)?), &HeaderMap::new());
            assert_eq!(reader.host.as_deref(), expected, "{url}");
        }
        Ok(())
    }

    #[test]
    fn a_template_without_words_for_someone_gives_the_standard_text() {
        let source = "{% if request_language == 'fr' %}Code : {{ code }}{% endif %}";
        let template = Template::new(source, Syntax::Liquid);
        let Ok(template) = template else { panic!("{template:?}") };
        assert_eq!(written(&template, VALUES, None), "Your verification code is: 123456");
        assert_eq!(written(&template, values("de"), None), "Ihr Bestätigungscode lautet: 123456");
    }

    proptest::proptest! {
        #[test]
        fn every_message_holds_the_code_and_fits(
            length in 0_usize..2_000, host in proptest::option::of("[a-z]{1,250}"), code in "[0-9]{4,40}",
        ) {
            let source = format!("@@code@@ {}", "é".repeat(length));
            let values = Values { code: &code, ..VALUES };
            let Ok(template) = Template::new(&source, Syntax::MdWithMacros) else { return Ok(()) };
            let text = written(&template, values, host.as_deref());
            let last_line = host.map(|host| format!("\n@{host} #{code}")).unwrap_or_default();
            proptest::prop_assert!(text.contains(&code) && text.ends_with(&last_line));
            proptest::prop_assert!(text.chars().count() <= MAX_LENGTH);
        }
    }
}
