//! Request parameters: from JSON, a form, JSON labelled as text, or the query.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{StatusCode, header, request::Parts};
use serde_json::{Map, Value};

use super::api_error::{ApiError, Property};

/// Largest body, in bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024;

/// Named parameters. An empty or null one counts as absent: auth0-python sends `audience=""`.
#[derive(Debug, Default)]
pub(crate) struct Params(Map<String, Value>);

/// [`Params`] of the body.
pub(crate) struct BodyParams(pub(crate) Params);

/// [`Params`] of the query.
pub(crate) struct QueryParams(pub(crate) Params);

impl Params {
    /// A parameter that must be text where it is given.
    pub(crate) fn text(&self, property: Property) -> Result<Option<&str>, ApiError> {
        match self.0.get(property.name()) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(other) => Err(ApiError::NotText { property, found: type_name(other) }),
        }
    }

    /// A parameter that must be text where it is given; the error is the OAuth endpoints'.
    pub(crate) fn param(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        self.text(Property::Other(name))
            .map_err(|_| ApiError::invalid_request(format!("{name} parameter must be a string")))
    }

    /// A parameter that is ignored where it is not text.
    pub(crate) fn optional(&self, name: &'static str) -> Option<&str> {
        self.param(name).ok().flatten()
    }

    /// A parameter that an OAuth endpoint requires.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, ApiError> {
        self.param(name)?.ok_or_else(|| ApiError::invalid_request(format!("missing {name} parameter")))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn from_urlencoded(text: &[u8]) -> Result<Self, ApiError> {
        let mut params = Map::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if params.insert(name.into_owned(), Value::from(value.into_owned())).is_some() {
                // RFC 6749 section 3.1: parameters must not be included more than once.
                return Err(ApiError::invalid_request("a parameter is given more than once"));
            }
        }
        Ok(Self(params))
    }

    fn from_json(text: &[u8]) -> Result<Self, ApiError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(text).map(Self).map_err(|_| ApiError::invalid_request("The body is not a JSON object"))
    }
}

#[cfg(test)]
impl Params {
    pub(crate) fn of(parameters: &[(&str, &str)]) -> Self {
        Self(parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect())
    }
}

pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl<S: Send + Sync> FromRequest<S> for BodyParams {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_form = content_type.is_some_and(|value| {
            value.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded")
        });
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
            _ => ApiError::invalid_request("The body could not be read"),
        })?;
        let params = if is_form { Params::from_urlencoded(&body) } else { Params::from_json(&body) };
        params.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Params::from_urlencoded(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_body_breaks_it(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Params::from_json(&body);
            let _ = Params::from_urlencoded(&body);
        }

        /// A form and a JSON object parse to the same parameters; a repeated name is refused.
        #[test]
        fn parameters_are_read_alike_however_they_are_sent(
            parameters in proptest::collection::vec(("[a-zA-Z_\\[\\]]{1,4}", "\\PC{0,12}"), 0..6),
        ) {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&parameters).finish();
            let distinct: Map<String, Value> =
                parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            let json = Params::from_json(Value::from(distinct.clone()).to_string().as_bytes());
            proptest::prop_assert!(json.is_ok_and(|json| json.0 == distinct));
            match Params::from_urlencoded(form.as_bytes()) {
                Ok(form) => proptest::prop_assert_eq!(form.0, distinct),
                Err(_) => proptest::prop_assert!(distinct.len() < parameters.len()),
            }
        }
    }

    #[test]
    fn empty_and_null_count_as_absent() -> Result<(), ApiError> {
        let params = Params::from_json(br#"{"scope":"","audience":null,"x":"y"}"#)?;
        assert_eq!(params.param("scope")?, None);
        assert_eq!(params.param("audience")?, None);
        assert_eq!(params.param("x")?, Some("y"));
        Ok(())
    }
}
