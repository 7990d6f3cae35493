//! The script that wasm-bindgen writes, line by line as it is indented there.

use std::collections::{HashMap, HashSet};

/// leptos brings the streams of `wasm-streams` along and exports them, so that no linker can tell that the client never makes
/// one.
const STREAMS: [&str; 2] = ["export class IntoUnderlying", "const IntoUnderlying"];

/// The script without their classes.
pub(crate) fn without_streams(script: &str) -> String {
    let mut text = String::with_capacity(script.len());
    let mut is_within = false;
    for line in script.lines() {
        is_within |= STREAMS.iter().any(|stream| line.starts_with(stream));
        if !is_within {
            text.extend([line, "\n"]);
        }
        is_within &= !(line.starts_with("if (Symbol.dispose) IntoUnderlying")
            || line.starts_with("    : new FinalizationRegistry"));
    }
    text
}

/// Whether it uses an export of the wasm.
pub(crate) fn uses_export(script: &str, name: &str) -> bool {
    script.split("wasm.").skip(1).any(|after| after.split(|c| !is_word(c)).next() == Some(name))
}

/// The script without the functions that the wasm does not import any more, and without the variant of its initialisation that
/// leptos does not call: esbuild drops what only they call.
pub(crate) fn with_imports(script: &str, imports: &HashSet<String>) -> String {
    let mut text = String::with_capacity(script.len());
    let mut is_unused = false;
    for line in script.lines() {
        let name = line.strip_prefix("        ").and_then(|line| line.split_once(": function")).map(|(name, _)| name);
        is_unused |= name.is_some_and(|name| !imports.contains(name));
        if !is_unused {
            text.extend([&line.replace("export { initSync, ", "export { "), "\n"]);
        }
        is_unused &= !line.starts_with("        }");
    }
    text
}

/// The script with other names, word by word.
pub(crate) fn renamed(script: &str, names: &HashMap<String, String>) -> String {
    let mut text = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_word) {
        let (between, word_on) = rest.split_at(start);
        let (word, after) = word_on.split_at(word_on.find(|c| !is_word(c)).unwrap_or(word_on.len()));
        text.push_str(between);
        text.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    text + rest
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_of_streams_are_left_out() {
        let class = "export class IntoUnderlyingSink {\n}\nif (Symbol.dispose) IntoUnderlyingSink.prototype = 1;\n";
        let registry = "const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')\n    ? {}\n    : new FinalizationRegistry(free);\n";
        assert_eq!(without_streams(&format!("let a;\n{class}let b;\n{registry}let c;")), "let a;\nlet b;\nlet c;\n");
    }

    #[test]
    fn an_export_is_used_by_its_whole_name() {
        let script = "wasm.hydrate();\nwasm.memory.buffer";
        assert!(uses_export(script, "hydrate") && uses_export(script, "memory"));
        assert!(!uses_export(script, "hyd") && !uses_export(script, "buffer"));
    }

    #[test]
    fn only_what_is_imported_stays() {
        let script = "    const import0 = {\n        i0: function() {\n            a();\n        },\n        i1: function() { return f(function () {\n            b();\n        }, arguments); },\n    };\n";
        let kept = with_imports(
            &format!("{script}export {{ initSync, init as default }};"),
            &HashSet::from(["i0".to_owned()]),
        );
        assert_eq!(
            kept,
            "    const import0 = {\n        i0: function() {\n            a();\n        },\n    };\nexport { init as default };\n"
        );
    }

    #[test]
    fn only_whole_words_are_renamed() {
        let names = HashMap::from([("__wbg_now_01".to_owned(), "i0".to_owned())]);
        assert_eq!(renamed("{ __wbg_now_01: f(__wbg_now_012) }", &names), "{ i0: f(__wbg_now_012) }");
        assert_eq!(renamed("", &names), "");
    }
}
