//! What an app does at the steps of a login.

use crate::country::Country;
use crate::flow::LockEvent;
use leptos::prelude::{Callable, Callback};

/// The app's callbacks; each is optional. They run in the browser, where they can refuse a step with a sentence of the
/// app's own; what must hold without JavaScript too belongs into a
/// [hook on the server](crate::server::AuthConfig::hooks).
///
/// ```
/// use leptos::prelude::Callback;
/// use leptos_passwordless::{Hooks, LockEvent};
///
/// fn hooks() -> Hooks {
///     Hooks {
///         on_event: Some(Callback::new(|event: LockEvent| leptos::logging::log!("{event:?}"))),
///         ..Hooks::default()
///     }
/// }
/// ```
#[derive(Clone, Copy, Default)]
pub struct Hooks {
    /// Told of every step.
    pub on_event: Option<Callback<LockEvent>>,
    /// Asked before a code is asked for; the sentence of an `Err` is shown.
    pub before_start: Option<Callback<LoginAttempt, Result<(), String>>>,
    /// Asked before a code is checked; the sentence of an `Err` is shown.
    pub before_verify: Option<Callback<(), Result<(), String>>>,
}

/// What [`Hooks::before_start`] is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAttempt {
    /// The number as typed; empty where the number of the last login is meant, which the browser does not know.
    pub phone_number: String,
    /// The country for numbers without an international prefix.
    pub country: Country,
}

impl Hooks {
    pub(crate) fn emit(&self, event: Option<LockEvent>) {
        if let (Some(on_event), Some(event)) = (self.on_event, event) {
            on_event.run(event);
        }
    }

    pub(crate) fn may_start(&self, start: LoginAttempt) -> Result<(), String> {
        self.before_start.map_or(Ok(()), |hook| hook.run(start))
    }

    pub(crate) fn may_verify(&self) -> Result<(), String> {
        self.before_verify.map_or(Ok(()), |hook| hook.run(()))
    }
}
