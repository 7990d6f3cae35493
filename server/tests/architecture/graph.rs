//! Which modules of the workspace import which.

use crate::source::{Path, Source};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::Path as File,
};

/// Re-exports of re-exports are followed so far.
const MAX_STEPS: usize = 16;

/// A module, `crate_name::module::child`.
pub(crate) type Module = String;

/// Where an import or a path is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    file: String,
    line: usize,
    path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.path)
    }
}

/// The modules, and what they import of each other.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) modules: BTreeSet<Module>,
    pub(crate) edges: BTreeMap<(Module, Module), BTreeSet<Place>>,
}

/// Whether one module is the other, or contains it.
pub(crate) fn contains(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl Graph {
    /// Adds a crate, of which `files` are paths below its source folder, and their texts. References to the crates in
    /// `workspace` lead to their roots.
    pub(crate) fn add(&mut self, name: &str, folder: &str, files: &BTreeMap<String, String>, workspace: &[&str]) {
        let tree = Tree::of(files);
        let full = |module: &[String]| module.iter().fold(name.to_owned(), |outer, inner| format!("{outer}::{inner}"));
        for (from, (file, source)) in &tree.files {
            self.modules.insert(full(from));
            for (path, target) in tree.targets(source) {
                let to = match target {
                    Target::Module(module) | Target::Item(module) => full(&tree.file_of(&module)),
                    Target::Crate(name) if workspace.contains(&name.as_str()) => name,
                    Target::Crate(_) => continue,
                };
                let from = full(from);
                if !contains(&from, &to) && !contains(&to, &from) {
                    let place =
                        Place { file: format!("{folder}/{file}"), line: path.line, path: path.segments.join("::") };
                    self.edges.entry((from, to)).or_default().insert(place);
                }
            }
        }
    }

    /// Groups of modules that reach each other: the strongly connected components of more than one module.
    pub(crate) fn cycles(&self) -> Vec<BTreeSet<Module>> {
        let mut next = BTreeMap::<&str, Vec<&str>>::new();
        for (from, to) in self.edges.keys() {
            next.entry(from).or_default().push(to);
        }
        let reached: BTreeMap<_, _> = next.keys().map(|module| (*module, reached(module, &next))).collect();
        let component = |(module, targets): (&&str, &BTreeSet<&str>)| {
            let both = targets.iter().filter(|other| reached.get(*other).is_some_and(|back| back.contains(module)));
            both.map(|&other| other.to_owned()).collect::<BTreeSet<_>>()
        };
        let components: BTreeSet<_> = reached.iter().map(component).filter(|found| found.len() > 1).collect();
        components.into_iter().collect()
    }

    /// Every place where a module of the first group imports one of the second.
    pub(crate) fn imports(&self, from: impl Fn(&str) -> bool, to: impl Fn(&str) -> bool) -> Vec<String> {
        let edges = self.edges.iter().filter(|((start, end), _)| from(start) && to(end));
        edges
            .flat_map(|((start, end), places)| places.iter().map(move |place| format!("{start} → {end}: {place}")))
            .collect()
    }
}

/// The modules that can be reached from one.
fn reached<'a>(module: &'a str, next: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![module]);
    while let Some(from) = open.pop() {
        let targets = next.get(from).into_iter().flatten();
        open.extend(targets.filter(|to| reached.insert(**to)));
    }
    reached
}

/// The texts of all Rust files in a folder, by their paths below it.
pub(crate) fn read(folder: &File) -> io::Result<BTreeMap<String, String>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

/// What a path leads to.
enum Target {
    Module(Vec<String>),
    /// Something that the module defines.
    Item(Vec<String>),
    Crate(String),
}

/// The modules of one crate.
struct Tree {
    /// By the module's path: the file and what is in it.
    files: BTreeMap<Vec<String>, (String, Source)>,
    /// Also those inside of files.
    modules: BTreeSet<Vec<String>>,
}

impl Tree {
    fn of(files: &BTreeMap<String, String>) -> Self {
        let has_library = files.contains_key("lib.rs");
        let sources = files.iter().filter(|(file, _)| !has_library || *file != "main.rs").map(|(file, text)| {
            let module = module_of(file);
            let source = Source::parse(&module, text);
            (module, (file.clone(), source))
        });
        let mut files: BTreeMap<_, _> = sources.collect();
        let tests: Vec<Vec<String>> = (files.iter())
            .flat_map(|(module, (_, source))| {
                source.test_modules.iter().map(|test| [&module[..], std::slice::from_ref(test)].concat())
            })
            .collect();
        files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        let inline = files.values().flat_map(|(_, source)| source.inline_modules.clone());
        let modules = files.keys().cloned().chain(inline).collect();
        Self { files, modules }
    }

    /// The module of the file that a module is written in.
    fn file_of(&self, module: &[String]) -> Vec<String> {
        let outer = (0..=module.len()).rev().map(|length| &module[..length]);
        outer.into_iter().find(|outer| self.files.contains_key(*outer)).unwrap_or_default().to_vec()
    }

    /// What a file refers to. An imported module counts where its name is used, which shows what of it; an imported item counts
    /// where it is imported.
    fn targets<'a>(&self, source: &'a Source) -> Vec<(&'a Path, Target)> {
        let resolve = |path: &Path| self.resolve(&path.module, &path.segments, MAX_STEPS);
        let (modules, items): (Vec<_>, Vec<_>) = (source.imports.iter())
            .filter_map(|import| Some((import, resolve(&import.path)?)))
            .partition(|(_, target)| matches!(target, Target::Module(_)));
        let is_item = |name: &str| items.iter().any(|(item, _)| item.name == name);
        let used: BTreeSet<_> = source.paths.iter().map(|path| path.segments[0].as_str()).collect();
        let paths = source.paths.iter().filter(|path| !is_item(&path.segments[0]));
        let paths: Vec<_> = paths.filter_map(|path| Some((path, resolve(path)?))).collect();
        let unused = modules.into_iter().filter(|(module, _)| !used.contains(module.name.as_str()));
        unused.chain(items).map(|(import, target)| (&import.path, target)).chain(paths).collect()
    }

    /// Follows a path that is written in a module.
    fn resolve(&self, module: &[String], segments: &[String], steps: usize) -> Option<Target> {
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest, steps),
            "self" => self.walk(module.to_vec(), rest, steps),
            "super" => {
                let (mut at, mut rest) = (&module[..module.len().checked_sub(1)?], rest);
                while rest.first().is_some_and(|next| next == "super") {
                    (at, rest) = (&at[..at.len().checked_sub(1)?], &rest[1..]);
                }
                self.walk(at.to_vec(), rest, steps)
            }
            _ if self.modules.contains(&[module, std::slice::from_ref(first)].concat()) => {
                self.walk(module.to_vec(), segments, steps)
            }
            _ => self.imported(module, segments, steps).or_else(|| Some(Target::Crate(first.clone()))),
        }
    }

    /// Follows the rest of a path from a module on, through its children and re-exports.
    fn walk(&self, mut module: Vec<String>, mut rest: &[String], steps: usize) -> Option<Target> {
        while let Some((first, after)) = rest.split_first() {
            let child = [&module[..], std::slice::from_ref(first)].concat();
            if !self.modules.contains(&child) {
                let elsewhere = self.imported(&module, rest, steps);
                return elsewhere.filter(|target| !matches!(target, Target::Crate(_))).or(Some(Target::Item(module)));
            }
            (module, rest) = (child, after);
        }
        Some(Target::Module(module))
    }

    /// Follows a path whose first name the module imports.
    fn imported(&self, module: &[String], segments: &[String], steps: usize) -> Option<Target> {
        let (first, rest) = segments.split_first()?;
        let steps = steps.checked_sub(1)?;
        let (_, source) = self.files.get(&self.file_of(module))?;
        let imports = || source.imports.iter().filter(|import| import.path.module == module);
        if let Some(import) = imports().find(|import| import.name == *first) {
            return self.resolve(module, &[&import.path.segments[..], rest].concat(), steps);
        }
        imports().filter(|import| import.name == "*").find_map(|import| {
            let Target::Module(origin) = self.resolve(module, &import.path.segments, steps)? else { return None };
            let (_, source) = self.files.get(&origin)?;
            source.items.contains(first).then_some(Target::Item(origin))
        })
    }
}

/// `lock/state.rs` is `lock::state`, and `lib.rs` the root.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if matches!(path, "lib" | "main") { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}
