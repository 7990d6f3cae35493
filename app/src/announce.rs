//! The steps of a login as events of the window, for scripts that are not ours: the one in a frame of the tenant.

use leptos_passwordless::{Hooks, LockEvent};

/// Hooks that announce each step by an event `lock`; its `detail` is the name of the step, and after a space the reason.
pub(crate) fn announcing() -> Hooks {
    Hooks::default().on_event(|event| dispatch(detail(&event)))
}

fn detail(event: &LockEvent) -> String {
    let name = match event {
        LockEvent::SendRequested => "send_requested",
        LockEvent::Sent => "sent",
        LockEvent::ResendRequested => "resend_requested",
        LockEvent::Resent => "resent",
        LockEvent::Back => "back",
        LockEvent::VerifyRequested => "verify_requested",
        LockEvent::Authenticated { .. } => "authenticated",
        LockEvent::UnrecoverableError => "unrecoverable_error",
        LockEvent::AuthorizationError(refusal) => return ["authorization_error ", refusal.reason()].concat(),
        _ => "",
    };
    name.to_owned()
}

#[cfg(not(feature = "ssr"))]
fn dispatch(detail: String) {
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&detail.into());
    if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict("lock", &init) {
        // A listener that fails is none of the dialog's business.
        drop(leptos::prelude::window().dispatch_event(&event));
    }
}

/// Hooks run in the browser only.
#[cfg(feature = "ssr")]
fn dispatch(_: String) {}
