//! The lines of the keys in a `tenant.yaml`, for error messages.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Spanned};

/// The keys and list entries of a file in its order: each with its path, such as `clients[0].name`.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<(String, Place)>);

/// Line and column, from 1.
type Place = (u64, u64);

impl Lines {
    /// A text that is not YAML has none.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = Self::default();
        if let Ok(node) = serde_saphyr::from_str::<Node>(text) {
            lines.collect("", &node);
        }
        lines
    }

    /// The line of the key, or of the nearest one around it where it is missing.
    pub(super) fn line_of(&self, path: &str) -> u64 {
        let mut path = path;
        loop {
            if let Some((_, (line, _))) = self.0.iter().find(|(known, _)| known == path) {
                return *line;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return 1,
            }
        }
    }

    /// The key at a place: the one that begins there, or the last one before it.
    pub(super) fn key_at(&self, location: Location) -> Option<&str> {
        let place = (location.line(), location.column());
        let exact = self.0.iter().find(|(_, known)| *known == place);
        exact.or_else(|| self.0.iter().rfind(|(_, known)| *known < place)).map(|(path, _)| path.as_str())
    }

    fn collect(&mut self, path: &str, node: &Node) {
        match node {
            Node::Leaf => {}
            Node::List(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    self.note(&format!("{path}[{index}]"), &entry.referenced, &entry.value);
                }
            }
            Node::Map(entries) => {
                let dot = if path.is_empty() { "" } else { "." };
                for (key, value) in entries {
                    self.note(&format!("{path}{dot}{}", key.value), &key.referenced, value);
                }
            }
        }
    }

    fn note(&mut self, path: &str, location: &Location, node: &Node) {
        self.0.push((path.to_owned(), (location.line(), location.column())));
        self.collect(path, node);
    }
}

/// YAML without its values.
enum Node {
    Leaf,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_line() {
        let lines = Lines::of("a:\n  - b: 1\n    c: [x,\n      y]\n  - {b: 2, d: null}\ne: true\n");
        for (path, line) in [
            ("a", 1),
            ("a[0]", 2),
            ("a[0].b", 2),
            ("a[0].c", 3),
            ("a[0].c[1]", 4),
            ("a[1].d", 5),
            ("a[1].missing.deep", 5),
            ("e", 6),
            ("nowhere", 1),
        ] {
            assert_eq!(lines.line_of(path), line, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "([a-c]{1,2}: ?|- |\\[|\\]|\\{|\\}|\n|  |[&*!|>]a|\"|\\PC){0,40}", path in "[a-c.\\[\\]0-9]{0,12}") {
            let _ = Lines::of(&text).line_of(&path);
        }
    }
}
