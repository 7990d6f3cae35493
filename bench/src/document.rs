//! `docs/benchmarks.md`: its tables are between two comments each, and its plots beside it.

use crate::plot::{Bar, bars};
use std::{fs, io, path::Path};

const DOCUMENT: &str = "docs/benchmarks.md";
const PLOTS: &str = "docs/benchmarks";
const END: &str = "<!-- end -->\n";

/// Puts a table in the place of the one before.
pub(crate) fn write_table(name: &str, table: &str) -> io::Result<()> {
    let text = fs::read_to_string(DOCUMENT)?;
    let with = replaced(&text, name, table);
    fs::write(DOCUMENT, with.ok_or_else(|| io::Error::other(format!("{DOCUMENT} has no place for {name}")))?)
}

fn replaced(text: &str, name: &str, table: &str) -> Option<String> {
    let begin = format!("<!-- {name}, written by make bench -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}\n{table}\n{END}{after}"))
}

pub(crate) fn write_plot(name: &str, title: &str, of: &[Bar]) -> io::Result<()> {
    fs::create_dir_all(PLOTS)?;
    fs::write(Path::new(PLOTS).join(name).with_extension("svg"), bars(title, of))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn table_takes_the_place_of_the_one_of_its_name() {
        let text = "a\n<!-- one, written by make bench -->\nold\n<!-- end -->\nb\n<!-- two, written by make bench -->\n<!-- end -->\n";
        let expected = "a\n<!-- one, written by make bench -->\n\n| new |\n\n<!-- end -->\nb\n<!-- two, written by make bench -->\n<!-- end -->\n";
        assert_eq!(replaced(text, "one", "| new |\n").as_deref(), Some(expected));
        assert_eq!(replaced(text, "three", ""), None);
    }
}
