//! Reads what one source file imports: a lexer, and of the grammar only modules, attributes, `use` and paths.

use std::collections::BTreeSet;

/// A path as it is written, without the trees of `use`.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    /// The module it is written in: that of the file, or one inside of it.
    pub(crate) module: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// A leaf of a `use` tree.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) path: Path,
    /// The name that it brings into scope, `*` for all names.
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub(crate) imports: Vec<Import>,
    /// Paths outside of `use`, of two segments at least.
    pub(crate) paths: Vec<Path>,
    /// Modules written inside of this file.
    pub(crate) inline_modules: Vec<Vec<String>>,
    /// Names of modules that are compiled for tests alone.
    pub(crate) test_modules: BTreeSet<String>,
    /// Names of the items defined here.
    pub(crate) items: BTreeSet<String>,
}

impl Source {
    /// Reads the text of a module; code for tests alone is left out.
    pub(crate) fn parse(module: &[String], text: &str) -> Self {
        let mut parser = Parser { tokens: tokens(text), at: 0, open: Vec::new(), source: Self::default() };
        parser.run(module);
        parser.source
    }
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_name(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// For each open brace the module that it opens, if it does.
    open: Vec<Option<String>>,
    source: Source,
}

impl Parser {
    fn run(&mut self, file: &[String]) {
        while self.at < self.tokens.len() {
            let module = file.iter().chain(self.open.iter().flatten()).cloned().collect::<Vec<_>>();
            match self.text(0) {
                "#" if self.is_for_tests() => self.skip_item(),
                "{" => self.open(None),
                "}" => {
                    self.open.pop();
                    self.at += 1;
                }
                "mod" if self.text(2) == "{" => {
                    let name = self.text(1).to_owned();
                    self.source.inline_modules.push([&module[..], std::slice::from_ref(&name)].concat());
                    self.at += 2;
                    self.open(Some(name));
                }
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.tree(&module, &[]);
                }
                _ => self.path_or_item(&module),
            }
        }
    }

    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text.as_str())
    }

    fn is_name(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_name)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |token| token.line)
    }

    fn open(&mut self, module: Option<String>) {
        self.open.push(module);
        self.at += 1;
    }

    /// Whether `#[cfg(test)]`, or `test` among other conditions, stands here.
    fn is_for_tests(&self) -> bool {
        let attribute = self.tokens[self.at..].iter().skip(1).take_while(|token| token.text != "]");
        let words: Vec<_> = attribute.map(|token| token.text.as_str()).filter(|text| *text != "!").collect();
        words.starts_with(&["[", "cfg"]) && words.contains(&"test") && !words.contains(&"not")
    }

    /// Skips the attribute and what it is for: to a semicolon, or to the end of the first block; `#![cfg(test)]` is for all.
    fn skip_item(&mut self) {
        if self.text(1) == "!" {
            self.at = self.tokens.len();
        }
        let (mut depth, mut is_use) = (0_usize, false);
        while self.at < self.tokens.len() {
            match self.text(0) {
                "use" => is_use = true,
                "mod" if depth == 0 && self.text(2) == ";" => {
                    let name = self.text(1).to_owned();
                    self.source.test_modules.insert(name);
                }
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            let is_end = depth == 0 && (self.text(0) == ";" || (self.text(0) == "}" && !is_use));
            self.at += 1;
            if is_end {
                return;
            }
        }
    }

    /// Reads one branch of a `use` tree.
    fn tree(&mut self, module: &[String], prefix: &[String]) {
        let line = self.line();
        let mut segments = prefix.to_vec();
        let mut name = None;
        loop {
            match self.text(0) {
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | "") {
                        self.tree(module, &segments);
                        self.at += usize::from(self.text(0) == ",");
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    name = Some("*".to_owned());
                    self.at += 1;
                }
                "as" => {
                    name = Some(self.text(1).to_owned());
                    self.at += 2;
                }
                "self" if !segments.is_empty() => self.at += 1,
                "::" => self.at += 1,
                _ if self.is_name(0) => {
                    segments.push(self.text(0).to_owned());
                    self.at += 1;
                }
                _ => break,
            }
        }
        let name = name.or_else(|| segments.last().cloned()).unwrap_or_default();
        let path = Path { module: module.to_vec(), segments, line };
        self.source.imports.push(Import { path, name });
        self.at += usize::from(self.text(0) == ";");
    }

    fn path_or_item(&mut self, module: &[String]) {
        let line = self.line();
        if matches!(self.text(0), "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static") && self.is_name(1) {
            let name = self.text(1).to_owned();
            self.source.items.insert(name);
        }
        let is_head = self.is_name(0) && !(self.at > 0 && matches!(self.tokens[self.at - 1].text.as_str(), "::" | "."));
        let mut segments = vec![self.text(0).to_owned()];
        self.at += 1;
        while is_head && self.text(0) == "::" && self.is_name(1) {
            segments.push(self.text(1).to_owned());
            self.at += 2;
        }
        if segments.len() > 1 {
            self.source.paths.push(Path { module: module.to_vec(), segments, line });
        }
    }
}

/// Names, `::` and single signs; comments, texts, numbers and lifetimes are left out.
fn tokens(text: &str) -> Vec<Token> {
    let (mut rest, mut line, mut found) = (text, 1, Vec::new());
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest).unwrap_or_else(|| {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() && !first.is_numeric() {
                found.push(Token { text: rest[..length].to_owned(), line });
            }
            length
        });
        let (token, after) = rest.split_at(length);
        line += token.matches('\n').count();
        rest = after;
    }
    found
}

/// The length of a comment, a text, a character or a lifetime that stands at the beginning.
fn skipped(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if let Some(raw) = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let (start, from) = (rest.len() - raw.len(), hashes + 1);
            return Some(raw[from..].find(&end).map_or(rest.len(), |at| start + from + at + end.len()));
        }
    }
    if let Some(inside) = rest.strip_prefix('"') {
        return Some(1 + quoted(inside, '"'));
    }
    let inside = rest.strip_prefix('\'')?;
    let is_character = inside.starts_with('\\') || inside.chars().nth(1) == Some('\'');
    Some(
        1 + if is_character {
            quoted(inside, '\'')
        } else {
            inside.find(|c: char| !c.is_alphanumeric() && c != '_')?
        },
    )
}

/// The length of what is quoted, with the quote at its end.
fn quoted(inside: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = inside.find(|next: char| {
        let is_end = next == quote && !is_escaped;
        is_escaped = next == '\\' && !is_escaped;
        is_end
    });
    end.map_or(inside.len(), |end| end + 1)
}
