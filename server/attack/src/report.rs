//! The outcomes as a table.

use crate::{bounds, run::Outcome};
use std::fmt::Write;

/// SHA-256 of short texts that one core of a rented server makes in a second.
const HASHES_PER_SECOND: u64 = 2_000_000;

const HEADS: [&str; 8] = [
    "attack",
    "requests",
    "messages in the first hour",
    "in all",
    "lost, USD",
    "new people refused",
    "known people refused",
    "stopped after",
];

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// In columns.
    Plain,
    /// For documents.
    Markdown,
}

/// The table, and below it why people were refused, and what proofs of work cost the attacker.
#[must_use]
pub fn table(outcomes: &[Outcome], format: Format) -> String {
    let rows: Vec<_> = outcomes.iter().map(row).collect();
    let heads = HEADS.map(str::to_owned);
    let mut text = match format {
        Format::Plain => plain(&heads, &rows),
        Format::Markdown => markdown(&heads, &rows),
    };
    let notes: Vec<_> = outcomes.iter().flat_map(notes).collect();
    if !notes.is_empty() {
        text = text + "\n" + &notes.concat();
    }
    text
}

fn row(outcome: &Outcome) -> [String; 8] {
    let of = |refused: u32, came: u32| if came == 0 { "–".to_owned() } else { format!("{refused} of {came}") };
    [
        outcome.name.to_owned(),
        outcome.requests.to_string(),
        outcome.lost.in_first_hour.to_string(),
        outcome.lost.messages.to_string(),
        dollars(outcome.lost.cost),
        of(outcome.new.refused(), outcome.new.came),
        of(outcome.known.refused(), outcome.known.came),
        bounds::stopped_after(outcome).map_or_else(|| "not".to_owned(), |minutes| format!("{minutes} min")),
    ]
}

fn notes(outcome: &Outcome) -> Vec<String> {
    let refused = [("new", &outcome.new), ("known", &outcome.known)].into_iter().flat_map(|(kind, fate)| {
        let line = move |(reason, count)| format!("- {}: {count} {kind} refused with {reason}\n", outcome.name);
        fate.refused.iter().map(line)
    });
    let seconds = outcome.hashes.div_ceil(HASHES_PER_SECOND);
    let hashes = outcome.hashes;
    let work = (hashes > 0).then(|| format!("- {}: {hashes} hashes, about {seconds} s of a core\n", outcome.name));
    refused.chain(work).collect()
}

/// Millionths of a dollar, to the cent.
fn dollars(cost: u64) -> String {
    let cents = (cost + 5_000) / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn plain(heads: &[String; 8], rows: &[[String; 8]]) -> String {
    let all = || std::iter::once(heads).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for row in all() {
        for (column, cell) in row.iter().enumerate() {
            let width = width(column);
            // Writing to a string does not fail.
            let _ = if column == 0 { write!(text, "{cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.push('\n');
    }
    text
}

fn markdown(heads: &[String; 8], rows: &[[String; 8]]) -> String {
    let line = |cells: &[String; 8]| format!("| {} |\n", cells.join(" | "));
    let rows: String = rows.iter().map(line).collect();
    format!("{}|---{}|\n{rows}", line(heads), "|--:".repeat(heads.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_to_cents() {
        assert_eq!([0, 4_999, 5_000, 1_234_567_890].map(dollars), ["0.00", "0.00", "0.01", "1234.57"]);
    }
}
