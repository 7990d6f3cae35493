//! The app's callbacks at the steps of a login.

use crate::country::Country;
use crate::flow::LockEvent;
use leptos::prelude::{Callable, Callback};

/// The app's callbacks; each is optional. They run in the browser and can refuse a step with a sentence of the app's own;
/// a rule that must hold without JavaScript too belongs into a hook on the server (`server::AuthConfig::hooks`).
///
/// ```
/// use leptos_passwordless::{Hooks, LockEvent};
///
/// fn hooks() -> Hooks {
///     Hooks::default().on_event(|event: LockEvent| leptos::logging::log!("{event:?}"))
/// }
/// ```
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Hooks {
    /// Called at every step.
    pub on_event: Option<Callback<LockEvent>>,
    /// Called before a code is requested; the sentence of an `Err` is shown.
    pub before_start: Option<Callback<LoginAttempt, Result<(), String>>>,
    /// Called before a code is checked; the sentence of an `Err` is shown.
    pub before_verify: Option<Callback<(), Result<(), String>>>,
}

/// The argument of [`Hooks::before_start`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginAttempt {
    /// The number as typed; empty where the number of the last login is meant, which the browser does not know.
    pub phone_number: String,
    /// The country for numbers without an international prefix.
    pub country: Country,
}

impl Hooks {
    /// Sets [`on_event`](Self::on_event).
    #[must_use]
    pub fn on_event(self, hook: impl Fn(LockEvent) + Send + Sync + 'static) -> Self {
        Self { on_event: Some(Callback::new(hook)), ..self }
    }

    /// Sets [`before_start`](Self::before_start).
    #[must_use]
    pub fn before_start(self, hook: impl Fn(LoginAttempt) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { before_start: Some(Callback::new(hook)), ..self }
    }

    /// Sets [`before_verify`](Self::before_verify).
    #[must_use]
    pub fn before_verify(self, hook: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { before_verify: Some(Callback::new(move |()| hook())), ..self }
    }

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
