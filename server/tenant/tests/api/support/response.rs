//! Reading responses: errors, redirects, cookies and tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Response;
use serde_json::Value;
use url::Url;

/// Checks an error's status, `error` and `error_description`, and returns the body.
pub(crate) async fn assert_error(response: Response, status: u16, error: &str, description: &str) -> Value {
    let found = response.status().as_u16();
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(body["error_description"], description);
    assert_eq!(found, status, "{body}");
    assert!(content_type.starts_with("application/json"));
    body
}

pub(crate) fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn cookie(response: &Response) -> String {
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// The session cookie, if the response sets one.
pub(crate) fn session_cookie(response: &Response) -> Option<String> {
    let cookies = response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let mut sessions = cookies.filter(|cookie| cookie.starts_with("tenant_sso="));
    sessions.next().and_then(|cookie| cookie.split(';').next()).map(str::to_owned)
}

/// A parameter of a URL's query.
pub(crate) fn query(url: &str, name: &str) -> Option<String> {
    let base = Url::parse("http://tenant.invalid").unwrap();
    let url = base.join(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A parameter of a URL's fragment.
pub(crate) fn fragment(url: &str, name: &str) -> Option<String> {
    let (_, fragment) = url.split_once('#')?;
    query(&format!("/?{fragment}"), name)
}

/// The claims of a JWT, whose signature is not checked.
pub(crate) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
