//! What goes back to an application, and how: OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode,
//! and `web_message` (draft-sakimura-oauth-wmrm), which lets a page ask from an invisible frame.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::{CODE_GRANT, IMPLICIT_GRANT},
    http::{
        api_error::{ApiError, ErrorName},
        params::Fields,
    },
    pages,
};

/// Every `response_type` that there is.
pub(crate) const RESPONSE_TYPES: [&str; 7] =
    ["code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token"];

/// Every `response_mode` that there is.
pub(crate) const RESPONSE_MODES: [&str; 4] = ["query", "fragment", "form_post", "web_message"];

/// What the application wants: one or more of these, in any order.
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

    /// Whether the browser carries tokens.
    fn has_tokens(self) -> bool {
        self.token || self.id_token
    }

    /// The grants that a client needs for it.
    pub(crate) fn grants(self) -> impl Iterator<Item = &'static str> {
        let code = self.code.then_some(CODE_GRANT);
        code.into_iter().chain(self.has_tokens().then_some(IMPLICIT_GRANT))
    }
}

/// How the answer travels.
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

    /// The mode that is asked for, where it can be had: tokens never go into a query, and pages need an origin.
    fn choose(asked: Option<&str>, response_type: ResponseType, redirect_uri: &str) -> Option<Self> {
        match asked {
            None => Some(Self::default_for(response_type)),
            Some("query") => (!response_type.has_tokens()).then_some(Self::Query),
            Some("fragment") => Some(Self::Fragment),
            Some("form_post") => origin(redirect_uri).map(|_| Self::FormPost),
            Some("web_message") => origin(redirect_uri).map(|_| Self::WebMessage),
            Some(_) => None,
        }
    }
}

/// The origin of a web page; an address of an app on a phone has none.
fn origin(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Where the answer goes and how; the address is one that the client registered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReturnTo {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    mode: ResponseMode,
    /// Who answers, RFC 9207: a client of several issuers knows by it whose answer it gets.
    issuer: String,
}

impl ReturnTo {
    /// Reads how to answer; a request that cannot be answered as it wishes is told so in the way of its type.
    pub(crate) fn parse(issuer: String, redirect_uri: &str, fields: &Fields) -> Self {
        let text = |name| fields.param(name).ok().flatten();
        let response_type = text("response_type").and_then(ResponseType::parse).unwrap_or_default();
        let mode = ResponseMode::choose(text("response_mode"), response_type, redirect_uri);
        Self {
            redirect_uri: redirect_uri.to_owned(),
            state: text("state").map(str::to_owned),
            mode: mode.unwrap_or_else(|| ResponseMode::default_for(response_type)),
            issuer,
        }
    }

    /// Whether the answer can go as the request wishes.
    pub(crate) fn is_as_asked(&self, asked: Option<&str>, response_type: ResponseType) -> bool {
        ResponseMode::choose(asked, response_type, &self.redirect_uri) == Some(self.mode)
    }

    pub(crate) fn answer(&self, members: Vec<(&'static str, String)>, error: Option<&'static str>) -> Answer {
        Answer { to: self.clone(), members, error }
    }
}

/// An answer on its way to the application, and the error that it tells.
#[derive(Debug)]
pub(crate) struct Answer {
    to: ReturnTo,
    members: Vec<(&'static str, String)>,
    error: Option<&'static str>,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let ReturnTo { redirect_uri, state, mode, issuer } = self.to;
        let members = self.members.into_iter().chain(state.map(|state| ("state", state)));
        let members = members.chain([("iss", issuer)]).collect::<Vec<_>>();
        // The address was compared with the configuration, which holds only what parses.
        let Ok(url) = Url::parse(&redirect_uri) else { return ApiError::Internal.into_response() };
        let mut response = match mode {
            ResponseMode::Query => redirect(&with_query(url, &members)),
            ResponseMode::Fragment => redirect(&with_fragment(url, &members)),
            ResponseMode::FormPost => pages::answer::form_post(&url, &members),
            ResponseMode::WebMessage => pages::answer::web_message(&url, members),
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

fn with_query(mut url: Url, members: &[(&'static str, String)]) -> Url {
    url.query_pairs_mut().extend_pairs(members);
    url
}

fn with_fragment(mut url: Url, members: &[(&'static str, String)]) -> Url {
    let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
    url.set_fragment(Some(&fragment));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_type_is_understood_in_any_order() {
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
    fn every_response_mode_is_understood_and_tokens_stay_out_of_queries() {
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
