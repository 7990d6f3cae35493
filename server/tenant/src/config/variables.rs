//! `@@NAME@@` and `##NAME##`, as the Auth0 Deploy CLI replaces them.
//!
//! <https://auth0.com/docs/deploy-monitor/deploy-cli-tool/keyword-replacement>

use super::ConfigError;

/// Replaces the variables. Their names are upper case, which leaves the macros of message templates (`@@code@@`) alone.
pub(super) fn substitute(text: &str, env: impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
    let mut replaced = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_start().starts_with("# ") {
            replaced.push_str(line);
        } else {
            replaced.push_str(&substitute_line(line, index + 1, &env)?);
        }
    }
    Ok(replaced)
}

fn substitute_line(line: &str, number: usize, env: &impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
    let mut done = String::new();
    let mut rest = line;
    while let Some(found) = find(rest) {
        let value = env(found.name)
            .ok_or_else(|| ConfigError::MissingVariable { name: found.name.to_owned(), line: number })?;
        done.push_str(found.before);
        match found.mark {
            Mark::Plain => done.push_str(&value),
            Mark::Quoted => done.push_str(&quoted(&value)),
        }
        rest = found.after;
    }
    done.push_str(rest);
    Ok(done)
}

/// A JSON string is a YAML string too, whatever the value holds; a JSON list is taken as a list.
fn quoted(value: &str) -> String {
    if serde_json::from_str::<Vec<serde_json::Value>>(value).is_ok() {
        return value.to_owned();
    }
    serde_json::Value::from(value).to_string()
}

#[derive(Clone, Copy)]
enum Mark {
    Quoted,
    Plain,
}

struct Found<'a> {
    before: &'a str,
    mark: Mark,
    name: &'a str,
    after: &'a str,
}

/// The first variable of a line; quotes right around `@@NAME@@` belong to it.
fn find(line: &str) -> Option<Found<'_>> {
    let quoted = find_mark(line, "@@", Mark::Quoted);
    let plain = find_mark(line, "##", Mark::Plain);
    let mut found = match (quoted, plain) {
        (Some(quoted), Some(plain)) if plain.before.len() < quoted.before.len() => plain,
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => return None,
    };
    if let Mark::Quoted = found.mark {
        for quote in ['"', '\''] {
            if let (Some(before), Some(after)) = (found.before.strip_suffix(quote), found.after.strip_prefix(quote)) {
                (found.before, found.after) = (before, after);
            }
        }
    }
    Some(found)
}

fn find_mark<'a>(line: &'a str, delimiter: &str, mark: Mark) -> Option<Found<'a>> {
    let mut from = 0;
    while let Some(start) = line.get(from..)?.find(delimiter).map(|at| at + from) {
        let inner = start + delimiter.len();
        let length = line.get(inner..)?.find(delimiter)?;
        let name = line.get(inner..inner + length)?;
        if is_name(name) {
            let after = line.get(inner + length + delimiter.len()..)?;
            return Some(Found { before: line.get(..start)?, mark, name, after });
        }
        from = inner;
    }
    None
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "SECRET" => Some("a\"b: c".to_owned()),
            "HOST" => Some("example.com".to_owned()),
            "URLS" => Some(r#"["https://a.example","https://b.example"]"#.to_owned()),
            _ => None,
        }
    }

    #[test]
    fn values_replace_their_names() -> Result<(), ConfigError> {
        for (text, expected) in [
            ("secret: @@SECRET@@", r#"secret: "a\"b: c""#),
            ("secret: \"@@SECRET@@\"", r#"secret: "a\"b: c""#),
            ("secret: '@@SECRET@@' # why", r#"secret: "a\"b: c" # why"#),
            ("url: https://##HOST##/x/##HOST##", "url: https://example.com/x/example.com"),
            ("urls: @@URLS@@", r#"urls: ["https://a.example","https://b.example"]"#),
            ("template: '@@code@@ for @@application.name@@'", "template: '@@code@@ for @@application.name@@'"),
            ("# a comment with @@MISSING@@", "# a comment with @@MISSING@@"),
        ] {
            assert_eq!(substitute(text, env)?, expected);
        }
        Ok(())
    }

    #[test]
    fn a_missing_value_is_named_with_its_line() {
        let error = substitute("a: 1\nb: ##NOPE##\n", env).map_err(|error| error.to_string());
        assert_eq!(error, Err("line 2: the environment has no NOPE".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,60}(@@|##)?[A-Z]{0,4}(@@|##)?.{0,20}") {
            let _ = substitute(&text, env);
        }
    }
}
