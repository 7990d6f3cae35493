//! `Accept-Language`, RFC 9110 section 12.5.4.

use http::{HeaderMap, header};

/// The language tags of a request, the preferred one first; of equally preferred ones in the order of the header.
pub(crate) fn preferred(headers: &HeaderMap) -> Vec<&str> {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tags: Vec<(&str, f32)> = text.split(',').map(weighted).collect();
    tags.retain(|(tag, weight)| *weight > 0.0 && !matches!(*tag, "" | "*"));
    tags.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

fn weighted(entry: &str) -> (&str, f32) {
    let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
    (tag.trim(), weight)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn tags_are_sorted_by_weight() {
        for (text, expected) in [
            ("fr-FR, fr;q=0.9, en;q=0.8", &["fr-FR", "fr", "en"][..]),
            ("en;q=0.5, de;q=0.7, *;q=1", &["de", "en"]),
            ("de;q=0, nonsense;q=x, nan;q=NaN", &[]),
            ("a, b", &["a", "b"]),
            ("", &[]),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text))]);
            assert_eq!(preferred(&headers), expected, "{text}");
        }
    }
}
