//! Scripts that pages of applications load from the tenant: `GET /<name>.js`, the same as `/<name>.min.js`, and
//! `/<name>-<version>.min.js`, which is cached for good.
//!
//! `npm run pack-scripts` in `end2end/sdk` makes the packed files; its tests compare them with the sources.

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, StatusCode, header};

const HOUR: &str = "public, max-age=3600";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

struct Script {
    name: &'static str,
    /// Raised with each change of the text, once it was released.
    version: &'static str,
    text: &'static str,
    brotli: &'static [u8],
    gzip: &'static [u8],
}

static SCRIPTS: [Script; 2] = [
    Script {
        name: "auth0-passwordless",
        version: "0.1.0",
        text: include_str!("../scripts/packed/auth0-passwordless.min.js"),
        brotli: include_bytes!("../scripts/packed/auth0-passwordless.min.js.br"),
        gzip: include_bytes!("../scripts/packed/auth0-passwordless.min.js.gz"),
    },
    Script {
        name: "lock-passwordless",
        version: "0.1.0",
        text: include_str!("../scripts/packed/lock-passwordless.min.js"),
        brotli: include_bytes!("../scripts/packed/lock-passwordless.min.js.br"),
        gzip: include_bytes!("../scripts/packed/lock-passwordless.min.js.gz"),
    },
];

/// The routes of all scripts.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    SCRIPTS.iter().fold(Router::new(), |router, script| {
        let Script { name, version, .. } = script;
        let etag = script.etag();
        let serve = |caching| {
            let etag = etag.clone();
            get(async move |headers: HeaderMap| script.respond(&headers, &etag, caching))
        };
        router
            .route(&format!("/{name}.js"), serve(HOUR))
            .route(&format!("/{name}.min.js"), serve(HOUR))
            .route(&format!("/{name}-{version}.min.js"), serve(FOR_GOOD))
    })
}

impl Script {
    /// A weak one: it is the same for all encodings.
    fn etag(&self) -> String {
        format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(digest(&SHA256, self.text.as_bytes())))
    }

    fn respond(&self, request: &HeaderMap, etag: &str, caching: &'static str) -> Response {
        let shared = [
            (header::CACHE_CONTROL, caching),
            (header::VARY, "accept-encoding"),
            (header::ETAG, etag),
            // Any page may load it, also with `integrity`, or from a page that asks others for these headers.
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        ];
        if lists(request, &header::IF_NONE_MATCH, |tag| tag == etag || tag == "*") {
            return (StatusCode::NOT_MODIFIED, shared).into_response();
        }
        let content_type = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
        let encoded = [("br", self.brotli), ("gzip", self.gzip)];
        match encoded.into_iter().find(|(encoding, _)| accepts(request, encoding)) {
            Some((encoding, body)) => {
                (shared, content_type, [(header::CONTENT_ENCODING, encoding)], body).into_response()
            }
            None => (shared, content_type, self.text).into_response(),
        }
    }
}

/// Whether the client takes an encoding, RFC 9110 section 12.5.3; one that it only takes as `*` is not worth it.
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    lists(request, &header::ACCEPT_ENCODING, |entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse().is_ok_and(|q: f32| q <= 0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// Whether a header has an entry that fits.
fn lists(request: &HeaderMap, name: &HeaderName, fits: impl Fn(&str) -> bool) -> bool {
    let values = request.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|entry| fits(entry.trim()))
}
