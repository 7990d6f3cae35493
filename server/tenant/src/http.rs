//! What all endpoints have in common: parameters, cookies, addresses, errors, middleware.

pub(crate) mod accept_language;
pub(crate) mod api_error;
pub(crate) mod client_ip;
pub(crate) mod cookies;
pub(crate) mod cross_origin_error;
pub(crate) mod middleware;
pub(crate) mod params;
