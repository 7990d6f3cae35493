//! The embedded tenant as one service: its endpoints, and the files that its login page loads.

use crate::{
    caching,
    health::{self, Readiness},
    observed::with_names,
    site::Site,
};
use axum::{Router, middleware::from_fn};
use http::{HeaderValue, header::X_CONTENT_TYPE_OPTIONS};
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

/// Pictures of the login page, besides the packed client.
const PICTURES: [&str; 2] = ["favicon.svg", "logo.svg"];

/// Serves the packed client at the tenant's origin too: a content security policy of `'self'` is enough for the page.
pub(crate) fn with_files(tenant: Router, site: &Site, readiness: Readiness) -> Router {
    let client = ServeDir::new(site.root().join("pkg")).precompressed_br().precompressed_gzip();
    let pictures = PICTURES.into_iter().fold(Router::new(), |router, picture| {
        let file = ServeFile::new(site.root().join(picture)).precompressed_br().precompressed_gzip();
        router.route_service(&["/", picture].concat(), file)
    });
    let files = pictures
        .nest_service("/pkg", client)
        .layer(from_fn(caching::files))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
    files.merge(with_names(health::ready_route(readiness))).fallback_service(tenant)
}
