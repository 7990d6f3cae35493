//! The login without a UI: signals and actions for your own. The dialog itself is built on it.

mod actions;
mod bindings;
mod countdown;
mod dom;
mod fetch;
mod getters;
mod leave;
mod refresh;
mod response;
mod web_otp;

pub(crate) use bindings::{escaped, escaped_attribute};
pub(crate) use dom::{element, fields, go_to, input_of, is_composing, set, write};
#[cfg(not(any(feature = "ssr", feature = "islands")))]
pub(crate) use {fetch::sign_out, leave::go_to_login, refresh::refresh};

use crate::flow::{Command, Event, LockEvent, State};
use crate::hooks::{Hooks, LoginAttempt};
use crate::login::Login;
use crate::outcome::{Refusal, StartOutcome, VerifyOutcome};
use crate::paths::{RESEND, START, VERIFY};
use fetch::post;
use leptos::{prelude::*, task::spawn_local};
use response::JsonResult;
use std::time::Duration;

/// Timeout of a request; longer than the server's own for its calls to the tenant.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A login in progress: its state and actions. `Copy`, for closures.
///
/// Reading is reactive. On the server no action runs: the forms post to the [server functions](crate::api).
#[derive(Clone, Copy)]
pub struct Passwordless {
    state: RwSignal<State>,
    background: StoredValue<Background>,
    /// Notified when the login of the background is replaced.
    #[cfg(not(any(feature = "ssr", feature = "islands")))]
    learned: leptos::reactive::signal::Trigger,
}

/// Everything besides the state.
struct Background {
    login: Login,
    hooks: Hooks,
    on_transition: OnTransition,
    /// When the seconds of the countdown began, in milliseconds.
    since: f64,
    /// The fields of the last form that was submitted; the app's own are among them.
    form: String,
}

/// Runs after each state change.
pub(crate) type OnTransition = fn(Passwordless, &State, &State);

/// Starts from what the server knows of this browser's login.
///
/// Each step is a real form, so that it works before the page is hydrated and without JavaScript; its `submit` event
/// goes to [`Passwordless`], which takes the fields by their names: `phone_number`, `country`, `accept_terms`, `code`. Fields of
/// your own, such as `extra[invitation]`, go to the hooks on the server.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{use_login, use_passwordless};
///
/// #[component]
/// fn AskForTheNumber() -> impl IntoView {
///     let passwordless = use_passwordless(use_login());
///     view! {
///         <form method="post" action=passwordless.start_path() on:submit=move |ev| passwordless.send_code(&ev)>
///             <input type="tel" name="phone_number" autocomplete="tel" aria-label="Phone number" />
///             <input type="hidden" name="return_to" value=passwordless.return_to() />
///             <button>"Send code"</button>
///             <p role="alert">{move || passwordless.failure()}</p>
///         </form>
///     }
/// }
/// ```
pub fn use_passwordless(login: Login) -> Passwordless {
    use_passwordless_with_hooks(login, Hooks::default())
}

/// The same with the app's callbacks at its steps.
pub fn use_passwordless_with_hooks(login: Login, hooks: Hooks) -> Passwordless {
    begin(login, hooks, |_, _, _| {})
}

pub(crate) fn begin(login: Login, hooks: Hooks, on_transition: OnTransition) -> Passwordless {
    let state = RwSignal::new(login.state.clone());
    let is_readable = !login.is_of_another_version;
    let background = Background { login, hooks, on_transition, since: 0.0, form: String::new() };
    let passwordless = Passwordless {
        state,
        background: StoredValue::new(background),
        #[cfg(not(any(feature = "ssr", feature = "islands")))]
        learned: leptos::reactive::signal::Trigger::new(),
    };
    if is_readable {
        // Effects run only in the browser.
        Effect::new(move |_| {
            passwordless.dispatch(Event::Hydrated);
            countdown::start(passwordless);
            refresh::if_incomplete(passwordless);
        });
    }
    passwordless
}

/// Handling of events and commands.
impl Passwordless {
    /// Emits an event that is not a transition of the state.
    pub(crate) fn emit(self, event: LockEvent) {
        self.hooks().emit(Some(event));
    }

    fn hooks(self) -> Hooks {
        self.background.with_value(|background| background.hooks)
    }

    pub(crate) fn dispatch(self, event: Event) {
        let Some(before) = self.state.try_get_untracked() else { return };
        let mut after = before.clone();
        let can_be_refused = event.can_be_refused();
        let command = after.update(event);
        if after != before {
            self.state.set(after.clone());
            self.on_transition(&before, &after);
        }
        self.hooks().emit(LockEvent::from_transition(can_be_refused, &before, &after));
        if let Some(command) = command {
            self.begin(command);
        }
    }

    fn on_transition(self, before: &State, after: &State) {
        web_otp::on_transition(self, before, after);
        let on_transition = self.background.with_value(|background| background.on_transition);
        on_transition(self, before, after);
    }

    /// Executes a command unless the app's hook refuses it.
    fn begin(self, command: Command) {
        let refused = match self.may(&command) {
            Ok(()) => return self.perform(command),
            Err(sentence) => Refusal::Hook(sentence),
        };
        self.dispatch(match command {
            Command::Verify { .. } => Event::Verified(Ok(VerifyOutcome::Refused(refused))),
            _ => Event::Started(Ok(StartOutcome::Refused(refused))),
        });
    }

    fn may(self, command: &Command) -> Result<(), String> {
        let hooks = self.hooks();
        match command {
            Command::Start { phone_number, country, .. } => {
                hooks.may_start(LoginAttempt { phone_number: phone_number.clone(), country: *country })
            }
            Command::StartLast => {
                hooks.may_start(LoginAttempt { phone_number: String::new(), country: untrack(|| self.country()) })
            }
            Command::Verify { .. } => hooks.may_verify(),
            Command::Resend | Command::GoTo(_) => Ok(()),
        }
    }

    fn perform(self, command: Command) {
        let (return_to, login) = (leave::return_to(self), untrack(|| self.login_name()));
        let accept_terms = if untrack(|| self.accepts_terms()) { "on" } else { "" };
        let login = ("login", login.as_str());
        let (return_to, accept_terms) = (("return_to", return_to.as_str()), ("accept_terms", accept_terms));
        let start = |number: &str, country: &str, confirmed: &str, previewed: &str, last_login| {
            let fields = [
                login,
                return_to,
                accept_terms,
                ("phone_number", number),
                ("country", country),
                ("confirmed", confirmed),
                ("previewed", previewed),
                ("last_login", last_login),
            ];
            self.call(START, &fields, response::of_start);
        };
        match command {
            Command::Start { phone_number, country, confirmed } => {
                let previewed = untrack(|| self.preview()).unwrap_or_default();
                start(&phone_number, country.iso(), &confirmed, &previewed, "");
            }
            Command::StartLast => start("", "", "", "", "on"),
            Command::Resend => self.call(RESEND, &[login], response::of_start),
            Command::Verify { code } => self.call(VERIFY, &[login, ("code", &code)], response::of_verify),
            Command::GoTo(url) => leave::go_to(self, &url),
        }
    }

    /// Calls a server function, with a timeout.
    fn call(self, path: &'static str, fields: &[(&str, &str)], read: fn(JsonResult) -> Event) {
        let form = self.background.with_value(|background| background.form.clone());
        let answer = post(&self.path_of(path), &form, fields);
        spawn_local(async move {
            let patience = set_timeout_with_handle(move || self.dispatch(Event::TimedOut), TIMEOUT).ok();
            self.dispatch(read(answer.await));
            countdown::begin_anew(self);
            if let Some(patience) = patience {
                patience.clear();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_hook_refuses_with_its_sentence_and_the_app_is_told() {
        Owner::new().with(|| {
            let told = Arc::new(Mutex::new(Vec::new()));
            let listener = Arc::clone(&told);
            let hooks = Hooks {
                on_event: Some(Callback::new(move |event| listener.lock().unwrap().push(event))),
                before_start: Some(Callback::new(|start: LoginAttempt| Err(format!("Not {}.", start.phone_number)))),
                before_verify: None,
            };
            let passwordless = use_passwordless_with_hooks(Login::default(), hooks);
            passwordless.dispatch(Event::PhoneNumberTyped("415 555 2671".to_owned()));
            passwordless.dispatch(Event::PhoneNumberSubmitted);

            let refusal = Refusal::Hook("Not 415 555 2671.".to_owned());
            assert_eq!(untrack(|| passwordless.failure()), "Not 415 555 2671.");
            assert!(!untrack(|| passwordless.is_busy()));
            let expected = [LockEvent::SendRequested, LockEvent::AuthorizationError(refusal)];
            assert_eq!(*told.lock().unwrap(), expected);
        });
    }
}
