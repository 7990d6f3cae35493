//! `WebOTP`: reads the code from the SMS, where the browser supports it (<https://wicg.github.io/web-otp/>).

use super::{
    Passwordless,
    dom::{get, set},
};
use crate::flow::{Event, Screen, State};
use js_sys::{Function, JSON, Promise};
use leptos::{
    prelude::window,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
};
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

thread_local! {
    /// Aborts the pending request; a page has one at a time.
    static WAITING: Cell<Option<AbortController>> = const { Cell::new(None) };
}

/// Requests the message while the code is awaited; once per code, because a browser that refuses would be asked again with
/// each transition.
pub(super) fn on_transition(passwordless: Passwordless, before: &State, after: &State) {
    let asks = |state: &State| state.is_hydrated && state.screen == Screen::EnterCode;
    let is_another = before.waiting_for.is_some() && after.waiting_for.is_none() && before.sent != after.sent;
    match (asks(before), asks(after)) {
        (false, true) => listen(passwordless),
        (true, true) if is_another => listen(passwordless),
        (true, false) => stop(),
        _ => {}
    }
}

fn stop() {
    if let Some(waiting) = WAITING.take() {
        waiting.abort();
    }
}

fn listen(passwordless: Passwordless) {
    stop();
    let Some((message, waiting)) = receive() else { return };
    WAITING.set(Some(waiting));
    spawn_local(async move {
        // If the browser gives up or the user declines, the code is typed.
        let code = JsFuture::from(message).await.ok().and_then(|message| get(&message, "code")?.as_string());
        if let Some(code) = code {
            passwordless.dispatch(Event::CodeTyped(code));
        }
    });
}

/// `navigator.credentials.get({ otp: { transport: ["sms"] }, signal })`
fn receive() -> Option<(Promise, AbortController)> {
    let window: JsValue = window().into();
    get(&window, "OTPCredential")?;
    let credentials = get(&get(&window, "navigator")?, "credentials")?;
    let waiting = AbortController::new().ok()?;
    let options = JSON::parse(r#"{"otp":{"transport":["sms"]}}"#).ok()?;
    set(&options, "signal", &waiting.signal());
    let message = get(&credentials, "get")?.unchecked_ref::<Function>().call1(&credentials, &options).ok()?;
    Some((message.unchecked_into(), waiting))
}
