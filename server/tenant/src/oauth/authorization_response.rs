//! The response to an application, and how it travels: OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode,
//! and `web_message` (draft-sakimura-oauth-wmrm), for pages that send the request from an invisible frame.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::{CODE_GRANT, IMPLICIT_GRANT},
    http::{
        api_error::{ApiError, ErrorName},
        params::Params,
    },
    pages,
};

/// The supported values of `response_type`.
pub(crate) const RESPONSE_TYPES: [&str; 7] =
    ["code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token"];

/// The supported values of `response_mode`.
pub(crate) const RESPONSE_MODES: [&str; 4] = ["query", "fragment", "form_post", "web_message"];

/// What the application requests: one or more of these, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResponseType {
    pub(crate) code: bool,
    pub(crate) token: bool,
    pub(crate) id_token: bool,
}

impl ResponseType {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut wanted = Self::default();
        for word in text.split_ascii_whitespace() {
            let part = match word {
                "code" => &mut wanted.code,
                "token" => &mut wanted.token,
                "id_token" => &mut wanted.id_token,
                _ => return None,
            };
            if std::mem::replace(part, true) {
                return None;
            }
        }
        (wanted != Self::default()).then_some(wanted)
    }

    /// Whether tokens pass through the browser.
    fn has_tokens(self) -> bool {
        self.token || self.id_token
    }

    /// The grant types that a client needs for it.
    pub(crate) fn grants(self) -> impl Iterator<Item = &'static str> {
        let code = self.code.then_some(CODE_GRANT);
        code.into_iter().chain(self.has_tokens().then_some(IMPLICIT_GRANT))
    }
}

/// How the response travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum ResponseMode {
    Query,
    Fragment,
    FormPost,
    WebMessage,
}

impl ResponseMode {
    fn default_for(response_type: ResponseType) -> Self {
        if response_type.has_tokens() { Self::Fragment } else { Self::Query }
    }

    /// The requested mode, where it is possible: tokens never go into a query, and pages need an origin.
    fn choose(requested: Option<&str>, response_type: ResponseType, redirect_uri: &str) -> Option<Self> {
        match requested {
            None => Some(Self::default_for(response_type)),
            Some("query") => (!response_type.has_tokens()).then_some(Self::Query),
            Some("fragment") => Some(Self::Fragment),
            Some("form_post") => origin(redirect_uri).map(|_| Self::FormPost),
            Some("web_message") => origin(redirect_uri).map(|_| Self::WebMessage),
            Some(_) => None,
        }
    }
}

/// The origin of a web page; the URL of a native app has none.
fn origin(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Where the response goes, and how; the client registered the URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReturnTo {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    mode: ResponseMode,
    /// The origin of the page that frames the login page, and gets the response as a message.
    frame_origin: Option<String>,
    /// RFC 9207: it tells a client of several issuers which of them responds.
    issuer: String,
}

impl ReturnTo {
    /// A request for an impossible mode gets its error in the default mode of its response type.
    ///
    /// `frame_origin` is one of the client's.
    pub(crate) fn parse(issuer: String, redirect_uri: &str, frame_origin: Option<&str>, params: &Params) -> Self {
        let text = |name| params.optional(name);
        let response_type = text("response_type").and_then(ResponseType::parse).unwrap_or_default();
        let mode = ResponseMode::choose(text("response_mode"), response_type, redirect_uri);
        Self {
            redirect_uri: redirect_uri.to_owned(),
            state: text("state").map(str::to_owned),
            mode: mode.unwrap_or_else(|| ResponseMode::default_for(response_type)),
            frame_origin: frame_origin.map(str::to_owned),
            issuer,
        }
    }

    /// The page that frames the login page; there is one only if it gets the response.
    pub(crate) fn frame_origin(&self) -> Option<&str> {
        self.frame_origin.as_deref().filter(|_| self.mode == ResponseMode::WebMessage)
    }

    /// Whether the response uses the requested mode.
    pub(crate) fn has_requested_mode(&self, requested: Option<&str>, response_type: ResponseType) -> bool {
        ResponseMode::choose(requested, response_type, &self.redirect_uri) == Some(self.mode)
    }

    pub(crate) fn respond(
        &self,
        params: Vec<(&'static str, String)>,
        error: Option<&'static str>,
    ) -> AuthorizationResponse {
        AuthorizationResponse { to: self.clone(), params, error }
    }
}

/// A response, and the name of its error.
#[derive(Debug)]
pub(crate) struct AuthorizationResponse {
    to: ReturnTo,
    params: Vec<(&'static str, String)>,
    error: Option<&'static str>,
}

impl IntoResponse for AuthorizationResponse {
    fn into_response(self) -> Response {
        let ReturnTo { redirect_uri, state, mode, frame_origin, issuer } = self.to;
        let params = self.params.into_iter().chain(state.map(|state| ("state", state)));
        let params = params.chain([("iss", issuer)]).collect::<Vec<_>>();
        // It equals a URL of the configuration, which contains only URLs that parse.
        let Ok(url) = Url::parse(&redirect_uri) else { return ApiError::Internal.into_response() };
        let mut response = match mode {
            ResponseMode::Query => redirect(&with_query(url, &params)),
            ResponseMode::Fragment => redirect(&with_fragment(url, &params)),
            ResponseMode::FormPost => pages::answer::form_post(&url, &params),
            ResponseMode::WebMessage => {
                // A framing page may be of another origin than the callback; the client registered both.
                let to = frame_origin.and_then(|origin| Url::parse(&origin).ok()).unwrap_or(url);
                pages::answer::web_message(&to, params)
            }
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(error) = self.error {
            response.extensions_mut().insert(ErrorName(error));
        }
        response
    }
}

fn redirect(url: &Url) -> Response {
    let Ok(location) = HeaderValue::try_from(url.as_str()) else { return ApiError::Internal.into_response() };
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn with_query(mut url: Url, params: &[(&'static str, String)]) -> Url {
    url.query_pairs_mut().extend_pairs(params);
    url
}

fn with_fragment(mut url: Url, params: &[(&'static str, String)]) -> Url {
    let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    url.set_fragment(Some(&fragment));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_types_parse_in_any_order() {
        for text in RESPONSE_TYPES {
            let backwards = text.rsplit(' ').collect::<Vec<_>>().join(" ");
            assert!(ResponseType::parse(text).is_some(), "{text}");
            assert_eq!(ResponseType::parse(text), ResponseType::parse(&backwards));
        }
        for text in ["", "code code", "none", "CODE"] {
            assert_eq!(ResponseType::parse(text), None, "{text}");
        }
    }

    #[test]
    fn response_modes_parse_and_tokens_stay_out_of_queries() {
        let code = ResponseType { code: true, ..ResponseType::default() };
        let hybrid = ResponseType { id_token: true, ..code };
        for mode in RESPONSE_MODES {
            assert!(ResponseMode::choose(Some(mode), code, "https://app.example/").is_some());
            let with_tokens = ResponseMode::choose(Some(mode), hybrid, "https://app.example/");
            assert_eq!(with_tokens.is_some(), mode != "query");
        }
        assert_eq!(ResponseMode::choose(Some("web_message"), code, "com.example.app://callback"), None);
        assert_eq!(ResponseMode::choose(None, hybrid, "https://app.example/"), Some(ResponseMode::Fragment));
    }
}
