//! The login without its looks: signals and actions for your own UI. The dialog itself is built on it.

use crate::api::{self, Refusal};
use crate::lock::state::{Effect as Todo, Event, Notice, Request, Screen, State};
use crate::login::Login;
use crate::messages;
use crate::phone_number::Country;
use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use std::time::Duration;
use web_sys::{FormData, HtmlFormElement};

/// A login under way: what to show, and what a person can do about it. `Copy`, for closures.
///
/// Reading is reactive. On the server nothing is ever sent: the forms post to [`api`] by themselves there.
#[derive(Clone, Copy)]
pub struct Passwordless {
    state: RwSignal<State>,
    hydrated: RwSignal<bool>,
    login: StoredValue<Login>,
}

/// Starts from what the server knows of this browser's login.
///
/// Each step is a real form, so that it works before the page is hydrated and without JavaScript; its `submit` event
/// goes to [`Passwordless`], which takes the fields by their names: `phone_number`, `country`, `code`.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_passwordless::{Login, api::START_PATH, use_passwordless};
///
/// #[component]
/// fn AskForTheNumber(login: Login) -> impl IntoView {
///     let passwordless = use_passwordless(login);
///     view! {
///         <form method="post" action=START_PATH on:submit=move |ev| passwordless.send_code(&ev)>
///             <input type="tel" name="phone_number" autocomplete="tel" aria-label="Phone number" />
///             <input type="hidden" name="return_to" value=passwordless.return_to() />
///             <button>"Send code"</button>
///             <p role="alert">{move || passwordless.failure()}</p>
///         </form>
///     }
/// }
/// ```
pub fn use_passwordless(login: Login) -> Passwordless {
    let passwordless = Passwordless {
        state: RwSignal::new(login.state.clone()),
        hydrated: RwSignal::new(false),
        login: StoredValue::new(login),
    };
    Effect::new(move |_| passwordless.hydrated.set(true));
    passwordless.keep_countdown();
    passwordless
}

impl Passwordless {
    /// The screen of the moment.
    pub fn screen(self) -> Screen {
        self.state.with(|state| state.screen.clone())
    }

    /// The phone number as typed.
    pub fn phone_number(self) -> String {
        self.state.with(|state| state.phone_number.clone())
    }

    /// The code as typed.
    pub fn code(self) -> String {
        self.state.with(|state| state.code.clone())
    }

    /// The country chosen.
    pub fn country(self) -> Country {
        self.state.with(|state| state.country)
    }

    /// The countries to choose from.
    pub fn countries(self) -> Vec<Country> {
        self.login.with_value(Login::countries)
    }

    /// The page that shows the dialog, for a link to it.
    pub fn login_page(self) -> String {
        self.login.with_value(|login| login.login_page.clone())
    }

    /// The page to come back to once signed in; a form without JavaScript posts it along.
    pub fn return_to(self) -> String {
        self.login.with_value(|login| login.return_to.clone())
    }

    /// The number that the code went to, spaced for reading; empty before that.
    pub fn sent_to(self) -> String {
        self.state.with(|state| state.sent.as_ref().map(|sent| sent.phone_number.clone()).unwrap_or_default())
    }

    /// Seconds until another code may be asked for.
    pub fn resend_in(self) -> u32 {
        self.state.with(|state| state.sent.as_ref().map_or(0, |sent| sent.resend_in))
    }

    /// Whether another code may be asked for now.
    pub fn can_resend(self) -> bool {
        self.state.with(State::can_resend)
    }

    /// What the button for another code says: that, or how long it takes until it can be pressed. Without JavaScript
    /// there is no countdown; the server says how long to wait.
    pub fn resend_label(self) -> String {
        match self.resend_in() {
            seconds if seconds > 0 && self.hydrated() => messages::resend_in(seconds),
            _ => messages::RESEND.to_owned(),
        }
    }

    /// The request that is not answered yet.
    pub fn waiting_for(self) -> Option<Request> {
        self.state.with(|state| state.waiting_for)
    }

    /// What there is to say about the last step.
    pub fn notice(self) -> Option<Notice> {
        self.state.with(|state| state.notice)
    }

    /// Why the last step was refused.
    pub fn refusal(self) -> Option<Refusal> {
        self.notice().and_then(|notice| match notice {
            Notice::Refused(refusal) => Some(refusal),
            Notice::Resent => None,
        })
    }

    /// The same in words.
    pub fn failure(self) -> Option<String> {
        self.refusal().map(messages::refusal)
    }

    /// Whether the page is alive; false on the server and without JavaScript, where a countdown would never end.
    pub fn hydrated(self) -> bool {
        self.hydrated.get()
    }

    /// Asks for a code: takes `phone_number` and `country` from the form that was submitted.
    pub fn send_code(self, submit: &SubmitEvent) {
        let form = take(submit);
        if let Ok(country) = Country::from_iso(&field(&form, "country")) {
            self.dispatch(Event::CountryChosen(country));
        }
        self.dispatch(Event::PhoneNumberTyped(field(&form, "phone_number")));
        self.dispatch(Event::PhoneNumberSubmitted);
    }

    /// Asks for another code.
    pub fn resend(self, submit: &SubmitEvent) {
        take(submit);
        self.dispatch(Event::ResendPressed);
    }

    /// Checks the `code` of the form that was submitted and, if it is right, leaves the page.
    pub fn verify(self, submit: &SubmitEvent) {
        let form = take(submit);
        self.dispatch(Event::CodeTyped(field(&form, "code")));
        self.dispatch(Event::CodeSubmitted);
    }

    /// Back to the phone number, which is kept.
    pub fn edit_number(self, click: &MouseEvent) {
        click.prevent_default();
        self.dispatch(Event::EditNumberPressed);
    }

    fn dispatch(self, event: Event) {
        if let Some(todo) = self.state.try_update(|state| state.update(event)).flatten() {
            spawn_local(self.perform(todo));
        }
    }

    async fn perform(self, todo: Todo) {
        match todo {
            Todo::Start { phone_number, country } => {
                let answer = api::start(phone_number, country.iso().to_owned(), self.return_to()).await;
                self.dispatch(Event::Started(answer));
            }
            Todo::Resend => self.dispatch(Event::Started(api::resend().await)),
            Todo::Verify { code } => self.dispatch(Event::Verified(api::verify(code).await)),
            Todo::GoTo(url) => go_to(&url),
        }
    }

    /// Counts down to the next resend. Effects run in the browser only.
    fn keep_countdown(self) {
        let counting = Memo::new(move |_| self.resend_in() > 0);
        Effect::new(move |_| {
            if !counting.get() {
                return;
            }
            let deadline = now() + f64::from(untrack(|| self.resend_in())) * 1000.0;
            // Against the clock, not by ticks: browsers slow the timers of hidden tabs down.
            let tick = move || {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
                let left = ((deadline - now()) / 1000.0).ceil().clamp(0.0, f64::from(u32::MAX)) as u32;
                self.dispatch(Event::CountedDown(left));
            };
            if let Ok(interval) = set_interval_with_handle(tick, Duration::from_millis(500)) {
                on_cleanup(move || interval.clear());
            }
        });
    }
}

/// The form that is being submitted, kept from being posted by the browser.
fn take(submit: &SubmitEvent) -> HtmlFormElement {
    submit.prevent_default();
    event_target(submit)
}

fn field(form: &HtmlFormElement, name: &str) -> String {
    FormData::new_with_form(form).ok().and_then(|data| data.get(name).as_string()).unwrap_or_default()
}

fn go_to(url: &str) {
    // A browser that refuses leaves the person on the last screen, which shows the link.
    drop(window().location().assign(url));
}

/// Milliseconds of a clock that is not set back while the page lives.
fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
