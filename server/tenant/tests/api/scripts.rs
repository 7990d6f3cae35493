//! Scripts that pages of applications load.

use reqwest::Response;
use rstest::rstest;

use crate::support::TestTenant;

const PLAIN: &str = "/auth0-passwordless.js";
const MINIFIED: &str = "/auth0-passwordless.min.js";
const VERSIONED: &str = "/auth0-passwordless-0.1.0.min.js";

/// What a released version is; who changes the script raises its version.
const ETAG: &str = "W/\"XSwDjJdcnVnRA0gmQ1iVZuavI1xstUoB_k5xDGv0Z1o\"";

async fn get(path: &str, headers: &[(&'static str, &str)]) -> Response {
    let tenant = TestTenant::start().await;
    let request = headers.iter().fold(tenant.get(path), |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[rstest]
#[case::plain(PLAIN, "public, max-age=3600")]
#[case::minified(MINIFIED, "public, max-age=3600")]
#[case::versioned(VERSIONED, "public, max-age=31536000, immutable")]
#[tokio::test]
async fn script_is_cached_and_for_any_origin(#[case] path: &str, #[case] caching: &str) {
    let response = get(path, &[("origin", "https://stranger.example")]).await;
    assert_eq!(response.status(), 200);
    for (name, expected) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", caching),
        ("etag", ETAG),
        ("vary", "accept-encoding"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", ""),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
        ("content-encoding", ""),
        ("set-cookie", ""),
    ] {
        assert_eq!(header(&response, name), expected, "{name}");
    }
    assert!(response.text().await.unwrap().contains("window.Auth0="));
}

#[rstest]
#[case::browser("gzip, deflate, br, zstd", "br", 2_000)]
#[case::old_browser("gzip, deflate", "gzip", 2_200)]
#[case::without_brotli("br;q=0, gzip;q=0.5", "gzip", 2_200)]
#[case::upper_case("BR", "br", 2_000)]
#[case::unknown("zstd, *", "", 6_000)]
#[case::identity("identity", "", 6_000)]
#[tokio::test]
async fn script_is_compressed_for_those_who_take_it(
    #[case] accepted: &str,
    #[case] encoding: &str,
    #[case] largest: usize,
) {
    let response = get(PLAIN, &[("accept-encoding", accepted)]).await;
    assert_eq!(header(&response, "content-encoding"), encoding);
    let bytes = response.bytes().await.unwrap();
    assert!((500..=largest).contains(&bytes.len()), "{}", bytes.len());
}

#[rstest]
#[case::same(ETAG, 304)]
#[case::among_others("\"x\", W/\"y\", *", 304)]
#[case::other("W/\"x\"", 200)]
#[tokio::test]
async fn script_that_a_browser_has_is_not_sent_again(#[case] known: &str, #[case] status: u16) {
    for path in [PLAIN, VERSIONED] {
        let response = get(path, &[("if-none-match", known)]).await;
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "etag"), ETAG);
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(response.bytes().await.unwrap().is_empty(), status == 304);
    }
}

#[rstest]
#[case::other_version("/auth0-passwordless-0.0.9.min.js")]
#[case::other_script("/auth0.js")]
#[case::source("/scripts/auth0-passwordless.js")]
#[tokio::test]
async fn other_scripts_are_not_found(#[case] path: &str) {
    assert_eq!(get(path, &[]).await.status(), 404);
}

#[tokio::test]
async fn script_is_read_only() {
    let tenant = TestTenant::start().await;
    assert_eq!(tenant.post(PLAIN, &serde_json::json!({})).send().await.unwrap().status(), 405);
}
