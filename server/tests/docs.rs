//! The documents: links, pictures, paths and the table of settings agree with what is in the repository.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Extensions by which a back-ticked path is recognised as a file of the repository.
const EXTENSIONS: [&str; 7] = ["rs", "ts", "md", "css", "yaml", "toml", "sh"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The paths of all tracked files, from the root of the repository.
fn tracked_files() -> BTreeSet<String> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("this test needs git, to list the tracked files: {error}"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "this test needs a git checkout, to list the tracked files: {message}");
    String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect()
}

/// The tracked Markdown files and their texts.
fn documents(tracked: &BTreeSet<String>) -> BTreeMap<String, String> {
    let names = tracked.iter().filter(|name| extension(name) == Some("md"));
    names.map(|name| (name.clone(), fs::read_to_string(root().join(name)).unwrap())).collect()
}

#[test]
fn links_pictures_and_paths_of_every_document_exist() {
    let tracked = tracked_files();
    let faults = faults(&documents(&tracked), &tracked);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_setting_is_in_the_table_and_every_variable_of_the_table_is_a_setting() {
    let command = <server::cli::Cli as clap::CommandFactory>::command();
    let settings = command.get_arguments().filter_map(|flag| flag.get_env()?.to_str());
    let settings: BTreeSet<_> = settings.map(str::to_owned).collect();
    let text = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let documented = variables(&text);
    let read_elsewhere = ["LOG_FORMAT", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME", "RUST_LOG"];
    let read_elsewhere = BTreeSet::from(read_elsewhere.map(str::to_owned));
    assert_eq!(documented, &settings | &read_elsewhere);
}

/// What a team writes to get a login.
const MOST_LINES: usize = 12;

#[test]
fn readme_has_the_lines_that_a_login_takes_and_they_are_few() {
    let added = |file: &str| {
        let text = |example: &str| fs::read_to_string(root().join("examples").join(example).join(file)).unwrap();
        let before: Vec<_> = text("without_login").replace("without_login", "hydrated").lines().map(trimmed).collect();
        let lines: Vec<_> = text("hydrated").lines().map(trimmed).filter(|line| !before.contains(line)).collect();
        lines
    };
    let (manifest, app, server) = (added("Cargo.toml"), added("src/app.rs"), added("src/main.rs"));
    // Its description is not a line that the login takes.
    let manifest: Vec<_> = manifest.into_iter().filter(|line| !line.starts_with("description")).collect();
    assert!(added("src/lib.rs").is_empty());
    let count = manifest.len() + app.len() + server.len();
    assert!(count <= MOST_LINES, "{count} lines: {manifest:#?} {app:#?} {server:#?}");

    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let [toml, in_app, in_server] = steps(&readme);
    assert_eq!((in_app, in_server), (app, server));
    for (line, of_readme) in manifest.iter().zip(&toml) {
        let feature = line.split(['"', '.']).find(|part| part.starts_with("leptos_passwordless")).unwrap();
        assert!(of_readme.contains(feature), "{feature} is not in {of_readme}");
    }
    assert_eq!(toml.len(), manifest.len());
}

fn trimmed(line: &str) -> String {
    line.trim().to_owned()
}

/// The lines of the first three code blocks in the section about other apps, without comments.
fn steps(readme: &str) -> [Vec<String>; 3] {
    let section = readme.split_once("## In your own Leptos app").unwrap().1;
    let blocks = section.split("```").skip(1).step_by(2).take(3);
    let lines = |block: &str| {
        let lines = block.lines().skip(1).map(trimmed);
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).collect()
    };
    blocks.map(lines).collect::<Vec<_>>().try_into().unwrap()
}

/// The environment variables in the first column of a document's tables.
fn variables(text: &str) -> BTreeSet<String> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let names = cells
        .flat_map(code_spans)
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    names.map(str::to_owned).collect()
}

/// What the documents refer to and is not there.
fn faults(documents: &BTreeMap<String, String>, tracked: &BTreeSet<String>) -> Vec<String> {
    let anchors: BTreeMap<_, _> = documents.iter().map(|(name, text)| (name.as_str(), anchors(text))).collect();
    let exists = |path: &str| tracked.contains(path) || tracked.iter().any(|file| is_below(path, file));
    let file_names: BTreeSet<_> = tracked.iter().filter_map(|file| file.rsplit('/').next()).collect();
    let mut faults = Vec::new();
    for (name, text) in documents {
        for (number, line) in prose(text) {
            let mut fault = |what: &str, why: &str| faults.push(format!("{name}:{number}: {what}: {why}"));
            for target in links(line).filter(|target| is_relative(target)) {
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if path.is_empty() { Some(name.clone()) } else { resolved(name, path) };
                match file.filter(|file| exists(file)) {
                    None => fault(target, "no tracked file"),
                    Some(file) if !anchor.is_empty() => {
                        if !anchors.get(file.as_str()).is_some_and(|anchors| anchors.contains(anchor)) {
                            fault(target, "no such heading");
                        }
                    }
                    Some(_) => {}
                }
            }
            for path in code_spans(line).filter_map(named_file) {
                let is_there = if path.contains('/') { exists(path) } else { file_names.contains(path) };
                if !is_there {
                    fault(path, "no tracked file");
                }
            }
        }
    }
    faults
}

/// Whether a file is in a folder.
fn is_below(folder: &str, file: &str) -> bool {
    file.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// The lines outside of code blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Targets of `[…](…)`, also of pictures, and of `src="…"` and `href="…"`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let markdown = line.match_indices("](").map(move |(at, _)| {
        let target = &line[at + 2..];
        &target[..target.find([')', ' ']).unwrap_or(target.len())]
    });
    let html = ["src=\"", "href=\""].into_iter().flat_map(move |attribute| {
        line.match_indices(attribute).map(move |(at, _)| line[at + attribute.len()..].split('"').next().unwrap())
    });
    markdown.chain(html)
}

/// What stands between single back-ticks.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_relative(target: &str) -> bool {
    !target.contains("://") && !target.starts_with("mailto:")
}

/// The file that back-ticked text names, if it does: a path from the root of the repository, or the name of a Rust file.
fn named_file(span: &str) -> Option<&str> {
    let is_plain =
        span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) && !span.starts_with(['/', '.']);
    let extension = extension(span).filter(|_| is_plain)?;
    (extension == "rs" || span.contains('/') && EXTENSIONS.contains(&extension)).then_some(span)
}

fn extension(path: &str) -> Option<&str> {
    Path::new(path).extension()?.to_str()
}

/// A relative target, as a path from the root of the repository; none if it leads out of it.
fn resolved(document: &str, target: &str) -> Option<String> {
    let mut folder: Vec<_> = document.split('/').collect();
    folder.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(folder.pop()?),
            part => folder.push(part),
        }
    }
    Some(folder.join("/"))
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let headings = prose(text)
        .filter_map(|(_, line)| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    for heading in headings {
        let kept = heading.trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let repeated = (1..).map(|count| format!("{anchor}-{count}"));
        let free = std::iter::once(anchor.clone()).chain(repeated).find(|name| !anchors.contains(name));
        anchors.extend(free);
    }
    anchors
}

fn faults_of(text: &str) -> Vec<String> {
    let documents = [("docs/fake.md", text), ("README.md", "# Read me\n\n## `make`: two commands\n")];
    let documents = documents.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let tracked = ["README.md", "docs/fake.md", "docs/picture.png", "src/lib.rs"].map(str::to_owned).into();
    faults(&documents, &tracked)
}

#[test]
fn links_and_paths_that_exist_are_no_faults() {
    for text in [
        "[a](../README.md), [b](./picture.png) and [c](picture.png \"title\")",
        "![a](picture.png) <img src=\"picture.png\">",
        "[a](../README.md#make-two-commands), [b](#twice-1) and [c](#twice)\n# Twice\n# Twice",
        "[a](../src), [b](https://example.com/none.md), [c](mailto:a@example.com)",
        "`src/lib.rs`, `lib.rs`, `tenant.yaml`, `/gallery/none.md`, `target/site`, `https://example.com/none.rs`",
        "```\n[a](none.md) `src/none.rs`\n# No heading\n```",
    ] {
        assert_eq!(faults_of(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn broken_links_and_paths_are_faults() {
    for (text, fault) in [
        ("[a](none.md)", "docs/fake.md:1: none.md: no tracked file"),
        ("\n[a](README.md)", "docs/fake.md:2: README.md: no tracked file"),
        ("[a](../../README.md)", "docs/fake.md:1: ../../README.md: no tracked file"),
        ("![a](none.png)", "docs/fake.md:1: none.png: no tracked file"),
        ("<img src=\"none.png\" alt=\"a\">", "docs/fake.md:1: none.png: no tracked file"),
        ("<a href=\"none.md\">", "docs/fake.md:1: none.md: no tracked file"),
        ("[a](../README.md#none)", "docs/fake.md:1: ../README.md#none: no such heading"),
        ("[a](#none)", "docs/fake.md:1: #none: no such heading"),
        ("see `src/none.rs`", "docs/fake.md:1: src/none.rs: no tracked file"),
        ("see `none.rs`", "docs/fake.md:1: none.rs: no tracked file"),
        ("```\n# In code\n```\n[a](#in-code)", "docs/fake.md:4: #in-code: no such heading"),
    ] {
        assert_eq!(faults_of(text), [fault], "{text}");
    }
}

#[test]
fn variables_stand_in_the_first_column() {
    let table =
        "| name | default |\n|---|---|\n| `ONE`, or `TWO_3` and `FOUR` | `FIVE` |\n| `six` | |\ntext with `SEVEN`";
    assert_eq!(variables(table), ["FOUR", "ONE", "TWO_3"].map(str::to_owned).into());
}
