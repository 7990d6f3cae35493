//! Plots in SVG: one bar each, with its value beside it.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
/// Of the names, left of the bars.
const NAMES: f64 = 190.0;
/// Of the values, right of the longest bar.
const VALUES: f64 = 70.0;
const TOP: f64 = 44.0;
const ROW: f64 = 32.0;
const BAR: f64 = 20.0;

/// A bar of a plot.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// Whether it is ours, which stands out.
    pub(crate) is_ours: bool,
}

/// A plot of bars, which begin at zero.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
    let mut rows = String::new();
    let mut y = TOP;
    for bar in bars {
        row(&mut rows, bar, y, (WIDTH - NAMES - VALUES) * bar.value / longest);
        y += ROW;
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="14">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="26" font-weight="bold">{}</text>
{rows}</svg>
"##,
        escaped(title)
    )
}

fn row(rows: &mut String, bar: &Bar, y: f64, length: f64) {
    let color = if bar.is_ours { "#c0392b" } else { "#8a94a0" };
    let (text, end) = (y + 15.0, NAMES + length + 6.0);
    let (name, value) = (escaped(&bar.name), shown(bar.value));
    // A string takes everything that is written to it.
    let _ = writeln!(
        rows,
        r#"<text x="12" y="{text}">{name}</text><rect x="{NAMES}" y="{y}" width="{length:.1}" height="{BAR}" fill="{color}"/><text x="{end:.1}" y="{text}">{value}</text>"#
    );
}

/// Three digits say enough.
pub(crate) fn shown(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_bar_fills_the_plot_and_others_are_in_proportion() {
        let bar = |name: &str, value, is_ours| Bar { name: name.to_owned(), value, is_ours };
        let plot = bars("a < b", &[bar("ours", 300.0, true), bar("theirs", 150.0, false)]);
        assert!(plot.contains(r#"width="460.0""#) && plot.contains(r#"width="230.0""#), "{plot}");
        assert!(plot.contains("a &lt; b"));
    }

    #[test]
    fn values_are_shown_with_three_digits() {
        assert_eq!([1.234, 12.34, 123.4].map(shown), ["1.23", "12.3", "123"]);
    }

    #[test]
    fn plot_without_bars_is_a_title() {
        assert!(bars("none", &[]).contains("none"));
    }
}
