//! Asks the server for the state of this browser's login.

use super::{Session, known, reload};
use crate::login::Login;
use crate::props_codec::decode;
use leptos::{
    prelude::window,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
};
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The login of the dialog with this id, on the page that the browser is on, and the user; `None` if the server cannot be
/// reached, or is of another version: then the page is loaded anew.
pub(crate) async fn refresh(id: String) -> Option<Login> {
    let text = get().await.ok()?;
    let Ok((session, login)) = decode::<(Session, Login)>(&text) else {
        return reload::once().then(Login::of_another_version);
    };
    known::keep_session(session);
    known::keep_login(login);
    Some(known::login(id))
}

/// Asks for the user, if no page has brought them and nobody has asked.
pub(super) fn once() {
    thread_local! {
        static WAS_CALLED: Cell<bool> = const { Cell::new(false) };
    }
    if !WAS_CALLED.replace(true) {
        spawn_local(async {
            if refresh(String::new()).await.is_none() {
                // The login page then shows what is wrong.
                known::set_user(None);
            }
        });
    }
}

async fn get() -> Result<String, JsValue> {
    let location = window().location();
    let page = js_sys::encode_uri_component(&[location.pathname()?, location.search()?].concat());
    let url = [
        &known::session().unwrap_or_default().api,
        "/state?language=",
        &known::language(),
        "&page=",
        &String::from(page),
    ]
    .concat();
    let response: Response = JsFuture::from(window().fetch_with_str(&url)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    JsFuture::from(response.text()?).await?.as_string().ok_or(JsValue::NULL)
}
