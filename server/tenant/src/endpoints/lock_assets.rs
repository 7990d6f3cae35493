//! What Auth0's Lock 11 to 14 loads besides the API, with `configurationBaseUrl` and `languageBaseUrl` set to the tenant.
//!
//! `/js/lock/<version>/<language>.js` is missing on purpose: after a 404 Lock uses its built-in texts, and after an empty
//! file it waits forever.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::{
    config::TenantConfig,
    http::{accept_language::preferred, api_error::ApiError},
    rate_limit::settings::Limits,
};

/// `GET /client/<client_id>.js`: the connections of a client.
pub(crate) async fn client(
    State(config): State<Arc<TenantConfig>>,
    Path(file): Path<String>,
) -> Result<Response, ApiError> {
    let client_id = file.strip_suffix(".js").ok_or(ApiError::NotFound)?;
    let client = config.client(client_id).ok_or(ApiError::NotFound)?;
    let connections: Vec<Value> = config
        .connections()
        .iter()
        .filter(|connection| connection.is_enabled_for(client))
        .map(|connection| json!({ "name": connection.name }))
        .collect();
    let about = json!({
        "id": client.client_id,
        "tenant": "passwordless",
        "subscription": "free",
        "strategies": [{ "name": "sms", "connections": connections }],
    });
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, format!("Auth0.setClient({about});")).into_response())
}

/// `GET /user/geoloc/country`: the user's probable country, for the dialling code that Lock shows first. The browser's
/// language is a good enough guess; without a region in it, Lock falls back to its default.
pub(crate) async fn country(State(limits): State<Arc<Limits>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let served = limits.countries.as_deref();
    let is_served = |region: &String| served.is_none_or(|served| served.contains(region));
    let country =
        preferred(&headers).into_iter().filter_map(region).find(is_served).or_else(|| served?.first().cloned());
    country.map(|code| Json(json!({ "country_code": code }))).ok_or(ApiError::NotFound)
}

/// The region of a language tag: `GB` of `en-GB`, `CN` of `zh-Hans-CN`.
fn region(tag: &str) -> Option<String> {
    let is_region = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    tag.split('-').skip(1).find(is_region).map(str::to_ascii_uppercase)
}

/// `POST /passwordless/challenge` and `/usernamepassword/challenge`: no CAPTCHA is required.
pub(crate) async fn no_captcha() -> Json<Value> {
    Json(json!({ "required": false }))
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn region_is_found_in_the_tag() {
        for (tag, expected) in [("en-gb", Some("GB")), ("zh-Hans-CN", Some("CN")), ("de", None), ("x-123-1a", None)] {
            assert_eq!(region(tag).as_deref(), expected, "{tag}");
        }
    }
}
