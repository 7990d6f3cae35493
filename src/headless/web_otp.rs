//! `WebOTP`: takes the code out of the SMS, where the browser can (<https://wicg.github.io/web-otp/>).

use super::{Passwordless, js::get};
use crate::lock::state::Event;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::{
    prelude::{UpdateValue, window},
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
};
use wasm_bindgen_futures::JsFuture;

/// Waits for a message, unless one is waited for already; the state takes a code only while it asks for one.
pub(super) fn listen(passwordless: Passwordless) {
    let waits =
        passwordless.background.try_update_value(|background| std::mem::replace(&mut background.awaits_sms, true));
    if waits != Some(false) {
        return;
    }
    let Some(message) = receive() else { return };
    spawn_local(async move {
        // A browser that gives up, or a person who refuses, types the code.
        let code = JsFuture::from(message).await.ok().and_then(|message| get(&message, "code")?.as_string());
        passwordless.background.try_update_value(|background| background.awaits_sms = false);
        if let Some(code) = code {
            passwordless.dispatch(Event::CodeTyped(code));
        }
    });
}

/// `navigator.credentials.get({ otp: { transport: ["sms"] } })`
fn receive() -> Option<Promise> {
    let window: JsValue = window().into();
    get(&window, "OTPCredential")?;
    let credentials = get(&get(&window, "navigator")?, "credentials")?;
    let options = object("otp", &object("transport", &Array::of1(&"sms".into()))?)?;
    get(&credentials, "get")?.dyn_ref::<Function>()?.call1(&credentials, &options).ok()?.dyn_into().ok()
}

fn object(name: &str, value: &JsValue) -> Option<JsValue> {
    let object = Object::new();
    Reflect::set(&object, &name.into(), value).ok()?;
    Some(object.into())
}
