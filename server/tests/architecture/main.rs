//! Which module may import which: no cycles between the modules of a crate, and no import over a border.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test, which also reports what it allows")]

mod bounds;
mod graph;
mod source;

use graph::{Graph, contains};
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// Crates and the folders of their sources.
const CRATES: [(&str, &str); 7] = [
    ("leptos_passwordless", "src"),
    ("app", "app/src"),
    ("pack", "app/client/pack/src"),
    ("server", "server/src"),
    ("passwordless_tenant", "server/tenant/src"),
    ("attack", "server/attack/src"),
    ("bench", "bench/src"),
];

/// Modules that may import each other, and why. A name stands also for the modules below it.
const ALLOWED: &[(&[&str], &str)] = &[];

/// Modules of which the first must not import the second. A name stands also for the modules below it.
const FORBIDDEN: &[(&str, &str)] = &[
    // They speak Auth0's HTTP API with each other, and share no type.
    ("leptos_passwordless", "passwordless_tenant"),
    ("passwordless_tenant", "leptos_passwordless"),
    // The login is a state machine, which no UI owns; your own UI is built without the dialog.
    ("leptos_passwordless::flow", "leptos_passwordless::headless"),
    ("leptos_passwordless::flow", "leptos_passwordless::lock"),
    ("leptos_passwordless::headless", "leptos_passwordless::lock"),
    // Only the router calls handlers, and they get what they use from the state.
    ("passwordless_tenant::state", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::http", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::hosted_login", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::oauth", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::otp", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::keys", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::rate_limit", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::sms", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::pages", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::audit", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::admin", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::store", "passwordless_tenant::endpoints"),
    ("passwordless_tenant::config", "passwordless_tenant::endpoints"),
    // The configuration is a leaf: what runs reads it, and not the other way round.
    ("passwordless_tenant::config", "passwordless_tenant::store"),
    ("passwordless_tenant::config", "passwordless_tenant::state"),
    ("passwordless_tenant::error", "passwordless_tenant::http"),
];

fn workspace() -> Graph {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let names = CRATES.map(|(name, _)| name);
    let mut graph = Graph::default();
    for (name, folder) in CRATES {
        graph.add(name, folder, &graph::read(&root.join(folder)).unwrap(), &names);
    }
    graph
}

#[test]
fn modules_import_each_other_in_no_cycle_that_is_not_allowed() {
    let graph = workspace();
    let cycles = graph.cycles();
    let mut faults = String::new();
    for cycle in &cycles {
        println!("{} modules import each other: {cycle:?}", cycle.len());
        let is_in = |modules: &[&str]| cycle.iter().all(|module| modules.iter().any(|outer| contains(outer, module)));
        if !ALLOWED.iter().any(|(modules, _)| is_in(modules)) {
            let is_inside = |module: &str| cycle.contains(module);
            let imports = graph.imports(is_inside, is_inside).join("\n  ");
            writeln!(faults, "{cycle:?} import each other:\n  {imports}").unwrap();
        }
    }
    for (modules, reason) in ALLOWED {
        let is_inside = |module: &String| modules.iter().any(|outer| contains(outer, module));
        if !cycles.iter().any(|cycle| cycle.iter().all(is_inside)) {
            writeln!(faults, "{modules:?} is allowed ({reason}), and is no cycle any more: remove it").unwrap();
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn modules_import_nothing_that_is_forbidden() {
    let graph = workspace();
    for (from, to) in FORBIDDEN {
        for name in [from, to] {
            assert!(graph.modules.contains(*name), "there is no module {name}");
        }
        let imports = graph.imports(|module| contains(from, module), |module| contains(to, module));
        assert!(imports.is_empty(), "{from} must not import {to}:\n  {}", imports.join("\n  "));
    }
}

fn fake(files: &[(&str, &str)]) -> Graph {
    let files: BTreeMap<_, _> = files.iter().map(|&(file, text)| (file.to_owned(), text.to_owned())).collect();
    let mut graph = Graph::default();
    graph.add("fake", "src", &files, &["fake", "other"]);
    graph
}

fn cycles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    fake(files).cycles().into_iter().map(Vec::from_iter).collect()
}

#[test]
fn a_cycle_is_found_by_whichever_path_it_is_closed() {
    let closing = [
        "use crate::a::One;",
        "pub(crate) use crate::{c, a::{self, One as Other}}; fn f() { a::g() }",
        "use super::a::*;",
        "fn f() { let _ = crate::a::One::new(); }",
        "fn f<'a>(text: &'a str) -> char { if text == \"{\" { '{' } else { super::a::g() } }",
        "mod inner { use super::super::a::One; }",
        "use crate::One;",
        "use crate::c::One;",
        "use crate::{c}; fn f() -> c::Two {}",
    ];
    for text in closing {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; pub use a::One;"),
            ("a.rs", "use crate::b; pub struct One; fn g() { b::f() }"),
            ("b.rs", text),
            ("c.rs", "pub use crate::{One, a::One as Two};"),
        ];
        let found = cycles(&files);
        let is_closed =
            |cycle: &Vec<String>| ["fake::a", "fake::b"].iter().all(|name| cycle.iter().any(|module| module == name));
        assert!(found.iter().any(is_closed), "{text}: {found:?}");
    }
}

#[test]
fn what_is_not_compiled_into_the_program_closes_no_cycle() {
    let open = [
        "// use crate::a::One;",
        "/* use crate::a::One; */ const A: &str = \"crate::a::One\";",
        "const A: &str = r#\"\" crate::a::One\"#;",
        "#[cfg(test)] mod tests { use crate::a::One; }",
        "#[cfg(all(test, unix))] use crate::{a::One}; use std::io;",
        "#[cfg(test)] mod tests;",
        "use std::a::One;",
        "fn f(a: One) { a.crate_a() }",
    ];
    for text in open {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::f;"),
            ("b.rs", text),
            ("b/tests.rs", if text.ends_with("tests;") { "use crate::a::One;" } else { "" }),
        ];
        assert!(cycles(&files).is_empty(), "{text}: {:?}", cycles(&files));
    }
}

#[test]
fn parents_and_children_may_import_each_other_and_a_re_export_is_an_import_of_the_child() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod child; pub use child::Two; use crate::b::f; struct One;"),
        ("a/child.rs", "use super::One; pub struct Two;"),
        ("b.rs", "use crate::a::Two; fn f() {}"),
    ];
    assert!(cycles(&files).is_empty(), "{:?}", cycles(&files));
    let edges: Vec<_> = fake(&files).edges.into_keys().collect();
    assert_eq!(
        edges,
        [("fake::a", "fake::b"), ("fake::b", "fake::a::child")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn an_import_of_another_crate_leads_to_its_root() {
    let graph = fake(&[("lib.rs", "mod a;"), ("a.rs", "use other::x::Y; use serde::Serialize;")]);
    assert_eq!(graph.edges.into_keys().collect::<Vec<_>>(), [("fake::a".to_owned(), "other".to_owned())]);
}
