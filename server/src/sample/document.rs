//! The files of `examples/script-tag`, with their values filled in.

use super::tenant::SampleUser;
use std::borrow::Cow;

const PAGE: &str = include_str!("../../../examples/script-tag/index.html");
const CALLBACK: &str = include_str!("../../../examples/script-tag/callback.html");
pub(super) const SCRIPT: &str = include_str!("../../../examples/script-tag/sample.js");
pub(super) const STYLES: &str = include_str!("../../../examples/script-tag/sample.css");

/// The values of the page.
pub(super) struct PageValues<'a> {
    pub(super) tenant: &'a str,
    pub(super) client_id: &'a str,
    pub(super) callback: &'a str,
    pub(super) state: &'a str,
    pub(super) authorize: &'a str,
    pub(super) callback_is_listed: bool,
}

/// What the callback shows.
pub(super) enum Shown {
    User(SampleUser),
    Failure(String),
    OtherState,
}

pub(super) fn sample_page(values: &PageValues<'_>) -> String {
    let domain = values.tenant.split_once("://").map_or(values.tenant, |(_, domain)| domain);
    let notice = if values.callback_is_listed { String::new() } else { missing_callback(values) };
    fill(
        PAGE,
        &[
            ("tenant", escaped(values.tenant)),
            ("domain", escaped(domain)),
            ("client_id", escaped(values.client_id)),
            ("callback", escaped(values.callback)),
            ("state", escaped(values.state)),
            ("authorize", escaped(values.authorize)),
            ("notice", notice.into()),
        ],
    )
}

fn missing_callback(values: &PageValues<'_>) -> String {
    format!(
        "<div class=\"notice\" role=\"note\"><p>The logins of this page will be refused: the client <b>{}</b> in tenant.yaml \
         does not list its callback. Add this line to the client’s <code>callbacks</code>:</p><p><code>- {}</code></p></div>",
        escaped(values.client_id),
        escaped(values.callback)
    )
}

pub(super) fn callback_page(shown: &Shown) -> String {
    let (title, content) = match shown {
        Shown::User(user) => ("You are logged in", user_list(user)),
        Shown::Failure(words) => ("You are not logged in", format!("<p class=\"failure\">{}</p>", escaped(words))),
        Shown::OtherState => (
            "You are not logged in",
            "<p class=\"failure\">This login was not begun in this browser, or it is used up. Please start again.</p>"
                .to_owned(),
        ),
    };
    fill(CALLBACK, &[("title", title.into()), ("content", content.into())])
}

fn user_list(user: &SampleUser) -> String {
    let or_not_shared = |text: &Option<String>| escaped(text.as_deref().unwrap_or("not shared")).into_owned();
    format!(
        "<dl><dt>Name</dt><dd><bdi>{}</bdi></dd><dt>Phone number</dt><dd><bdi>{}</bdi></dd><dt>User ID</dt><dd><bdi>{}</bdi></dd></dl>",
        or_not_shared(&user.name),
        or_not_shared(&user.phone_number),
        escaped(&user.sub)
    )
}

/// Puts the values where their names stand. Each part of the template is looked at once, so no value is taken for a name.
fn fill(template: &str, values: &[(&str, Cow<'_, str>)]) -> String {
    let mut parts = template.split("{{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once("}}")).fold(first, |html, (name, rest)| {
        let value = values.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value);
        html + value + rest
    })
}

/// As text of an element, or as the value of an attribute.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return text.into();
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_no_markup() {
        let values = PageValues {
            tenant: "http://localhost:3001",
            client_id: "a\"><script>{{state}}",
            callback: "http://localhost:3000/sample/callback",
            state: "s",
            authorize: "http://localhost:3001/authorize?a=b&c=d",
            callback_is_listed: true,
        };
        let html = sample_page(&values);
        assert!(html.contains("data-client-id=\"a&quot;&gt;&lt;script&gt;{{state}}\""), "{html}");
        assert!(html.contains("data-domain=\"localhost:3001\"") && html.contains("?a=b&amp;c=d\""));
        assert!(callback_page(&Shown::Failure("<b>".to_owned())).contains("&lt;b&gt;"));
    }
}
