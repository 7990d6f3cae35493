//! Posts the fields of a form and reads the JSON response.

use super::{dom::set, response::JsonResult};
use crate::outcome::ApiError;
use js_sys::{Object, Promise};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, UrlSearchParams};

/// Calls a server function with the fields of the submitted form, as a query, and with these in place of those of the same
/// name.
///
/// Not through the server function's generated client, which supports every encoding and is larger than the dialog.
pub(super) fn post(path: &str, form: &str, fields: &[(&str, &str)]) -> impl Future<Output = JsonResult> + use<> {
    let sent = send(path, form, fields);
    async move {
        let response = JsFuture::from(sent.map_err(|_| ApiError::ServerError)?).await;
        let response: Response = response.map_err(|_| ApiError::Unreachable)?.unchecked_into();
        if response.status() == 503 {
            return Err(ApiError::TemporarilyUnavailable);
        }
        let json = response.json().ok().filter(|_| response.ok()).ok_or(ApiError::ServerError)?;
        JsFuture::from(json).await.map_err(|_| ApiError::ServerError)
    }
}

/// Posts to where a form signs out; gives the URL that comes next, or nothing if there was no answer.
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(crate) fn sign_out(path: &str) -> impl Future<Output = Option<String>> + use<> {
    let answer = post(path, "", &[]);
    async move { answer.await.ok()?.as_string() }
}

fn send(path: &str, form: &str, fields: &[(&str, &str)]) -> Result<Promise, JsValue> {
    let body = UrlSearchParams::new_with_str(form)?;
    for (name, value) in fields {
        body.set(name, value);
    }
    let headers = Object::new();
    set(&headers, "accept", &"application/json".into());
    let request = Object::new();
    set(&request, "method", &"POST".into());
    set(&request, "headers", &headers);
    set(&request, "body", &body);
    Ok(window().fetch_with_str_and_init(path, request.unchecked_ref()))
}
