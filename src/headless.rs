//! The login without its looks: signals and actions for your own UI. The dialog itself is built on it.

mod answer;
mod countdown;
mod events;
mod js;
mod post;
mod signals;
mod web_otp;

pub(crate) use events::input_of;

use crate::api::{CodeSent, RESEND_PATH, Refusal, START_PATH, StartOutcome, VERIFY_PATH, VerifyOutcome};
use crate::country::{Countries, Country};
use crate::fold::fold;
use crate::hooks::{BeforeStart, Hooks};
use crate::lock::events::{LockEvent, is_step, told};
use crate::lock::state::{Effect as Todo, Event, Notice, Request, Screen, Search, State};
use crate::login::{Login, Terms};
use crate::messages::{Messages, Text};
use crate::phone_number::preview::{self, Typed};
use answer::Answer;
use events::{field, take};
use leptos::{
    ev::{Event as DomEvent, MouseEvent, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use post::post;
use std::time::Duration;
use web_sys::HtmlFormElement;

/// A call that takes longer has failed, as far as the person is concerned. Longer than the server waits for the tenant.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A login under way: what to show, and what a person can do about it. `Copy`, for closures.
///
/// Reading is reactive. On the server nothing is ever sent: the forms post to the [server functions](crate::api) by
/// themselves there.
#[derive(Clone, Copy)]
pub struct Passwordless {
    state: RwSignal<State>,
    background: StoredValue<Background>,
}

/// What a login needs beside its state.
struct Background {
    login: Login,
    hooks: Hooks,
    follow: Follow,
    /// When the seconds of the countdown began, in milliseconds.
    since: f64,
    /// Whether `WebOTP` waits for a message.
    awaits_sms: bool,
}

/// What follows a step, once the state is another.
pub(crate) type Follow = fn(Passwordless, &State, &State);

/// Starts from what the server knows of this browser's login.
///
/// Each step is a real form, so that it works before the page is hydrated and without JavaScript; its `submit` event
/// goes to [`Passwordless`], which takes the fields by their names: `phone_number`, `country`, `accept_terms`, `code`.
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
    use_passwordless_with_hooks(login, Hooks::default())
}

/// The same with the app's callbacks at its steps.
pub fn use_passwordless_with_hooks(login: Login, hooks: Hooks) -> Passwordless {
    begin(login, hooks, |_, _, _| {})
}

pub(crate) fn begin(login: Login, hooks: Hooks, follow: Follow) -> Passwordless {
    let state = RwSignal::new(login.state.clone());
    let background = Background { login, hooks, follow, since: 0.0, awaits_sms: false };
    let passwordless = Passwordless { state, background: StoredValue::new(background) };
    // Effects run in the browser only.
    Effect::new(move |_| {
        passwordless.dispatch(Event::CameAlive);
        countdown::start(passwordless);
    });
    passwordless
}

/// What there is to show.
impl Passwordless {
    /// The screen of the moment.
    pub fn screen(self) -> Screen {
        self.state.with(|state| state.screen.clone())
    }

    /// The phone number as typed.
    pub fn phone_number(self) -> String {
        self.state.with(|state| state.phone_number.clone())
    }

    /// The number as it will be sent, as far as the browser can tell; the server has the last word.
    pub fn preview(self) -> Option<String> {
        let (typed, country) = self.state.with(|state| (state.phone_number.clone(), state.country));
        self.login(|login| preview::preview(&typed, &login.countries.entry(country)?))
    }

    /// The digits of the code, as far as they are typed.
    pub fn code(self) -> String {
        self.state.with(|state| state.code.clone())
    }

    /// The country chosen.
    pub fn country(self) -> Country {
        self.state.with(|state| state.country)
    }

    /// The name and the dialling code of the country chosen: `Germany (+49)`.
    pub fn country_label(self) -> String {
        let country = self.country();
        self.with_countries(|countries| countries.entry(country).map(|entry| entry.label()).unwrap_or_default())
    }

    /// Looks at the countries to choose from, which have their names in the language of the page.
    pub fn with_countries<T>(self, look: impl FnOnce(&Countries) -> T) -> T {
        self.login(|login| look(&login.countries))
    }

    /// What a person may mean by `query`, best first: the ISO code and what to show.
    pub fn find_countries(self, query: &str) -> Vec<(Country, String)> {
        let query = fold(query);
        self.with_countries(|all| all.find(&query).into_iter().map(|entry| (entry.country, entry.label())).collect())
    }

    /// The page that shows the dialog, for a link to it.
    pub fn login_page(self) -> String {
        self.login(|login| login.login_page.clone())
    }

    /// The page to come back to once signed in; a form without JavaScript posts it along.
    pub fn return_to(self) -> String {
        self.login(|login| login.return_to.clone())
    }

    /// What a sign-up agrees to, if anything.
    pub fn terms(self) -> Option<Terms> {
        self.login(|login| login.terms.clone())
    }

    /// Whether a box for the terms has to be ticked before a code is sent.
    pub fn must_accept_terms(self) -> bool {
        self.state.with(|state| state.must_accept_terms)
    }

    /// Whether it is ticked.
    pub fn accepts_terms(self) -> bool {
        self.state.with(|state| state.accepts_terms)
    }

    /// The number that the code went to, spaced for reading; empty before that.
    pub fn sent_to(self) -> String {
        self.sent(|sent| sent.phone_number.clone())
    }

    /// Digits of the code; 0 where nobody knows.
    pub fn code_length(self) -> u32 {
        self.sent(|sent| sent.code_length)
    }

    /// Seconds until another code may be asked for.
    pub fn resend_in(self) -> u32 {
        self.sent(|sent| sent.resend_in)
    }

    /// Seconds until the code expires.
    pub fn expires_in(self) -> u32 {
        self.sent(|sent| sent.expires_in)
    }

    /// Whether another code may be asked for now.
    pub fn can_resend(self) -> bool {
        self.state.with(State::can_resend)
    }

    /// What the button for another code says: that, or how long it takes until it can be pressed. Without JavaScript
    /// there is no countdown; the server says how long to wait.
    pub fn resend_label(self) -> String {
        if self.waiting_for() == Some(Request::Resend) {
            return self.text(Text::Resending);
        }
        match self.resend_in() {
            seconds if seconds > 0 && self.hydrated() => {
                self.messages(|messages| messages.with_time(Text::ResendCountdown, seconds))
            }
            _ => self.text(Text::Resend),
        }
    }

    /// How long the code lives, in words; empty where no clock runs, and once it is over.
    pub fn expiry_label(self) -> String {
        match self.expires_in() {
            seconds if seconds > 0 && self.hydrated() => {
                self.messages(|messages| messages.with_time(Text::CodeExpiresIn, seconds))
            }
            _ => String::new(),
        }
    }

    /// The request that is not answered yet.
    pub fn waiting_for(self) -> Option<Request> {
        self.state.with(|state| state.waiting_for)
    }

    /// Whether an answer is awaited.
    pub fn is_busy(self) -> bool {
        self.waiting_for().is_some()
    }

    /// Whether another code may not be asked for yet. Without JavaScript that is for the server to say.
    pub fn must_wait(self) -> bool {
        self.hydrated() && !self.can_resend()
    }

    /// What there is to say about the last step.
    pub fn notice(self) -> Option<Notice> {
        self.state.with(|state| state.notice.clone())
    }

    /// Why the last step was refused.
    pub fn refusal(self) -> Option<Refusal> {
        self.notice().and_then(|notice| match notice {
            Notice::Refused(refusal) => Some(refusal),
            Notice::Resent | Notice::Flash(_) => None,
        })
    }

    /// Whether the last step was refused.
    pub fn is_refused(self) -> bool {
        self.refusal().is_some()
    }

    /// Why, in words, in the language of the page; empty where there is nothing to say.
    pub fn failure(self) -> String {
        self.refusal().map(|refusal| self.messages(|messages| messages.refusal(&refusal))).unwrap_or_default()
    }

    /// A text in the language of the page.
    pub fn text(self, text: Text) -> String {
        self.messages(|messages| messages.get(text).to_owned())
    }

    /// Looks at the texts of the page's language.
    pub fn messages<T>(self, look: impl FnOnce(&Messages) -> T) -> T {
        self.login(|login| look(&login.messages))
    }

    /// An id for an element that no other dialog on the page has.
    pub fn element_id(self, part: &str) -> String {
        self.login(|login| [&login.id, "-", part].concat())
    }

    /// Whether the page is alive; false on the server and without JavaScript, where a countdown would never end.
    pub fn hydrated(self) -> bool {
        self.state.with(|state| state.is_alive)
    }

    /// Whether the list of countries is open, and what is done in it.
    pub(crate) fn search(self) -> Option<Search> {
        self.state.with(|state| state.search.clone())
    }

    fn login<T>(self, look: impl FnOnce(&Login) -> T) -> T {
        self.background.with_value(|background| look(&background.login))
    }

    fn sent<T: Default>(self, look: impl FnOnce(&CodeSent) -> T) -> T {
        self.state.with(|state| state.sent.as_ref().map(look).unwrap_or_default())
    }
}

/// What a person can do.
impl Passwordless {
    /// Chooses the country for numbers without an international prefix.
    pub fn choose_country(self, country: Country) {
        self.dispatch(Event::CountryChosen(country));
    }

    /// Follows the phone number while it is typed or pasted; an international one chooses its country.
    pub fn type_phone_number(self, input: &DomEvent) {
        self.take_phone_number(input_of(input).value());
    }

    /// Follows the code while it is typed, pasted or filled in: only its digits stay, and once it is whole it is sent.
    pub fn type_code(self, input: &DomEvent) {
        let field = input_of(input);
        self.dispatch(Event::CodeTyped(field.value()));
        let digits = untrack(|| self.code());
        if field.value() != digits {
            field.set_value(&digits);
        }
    }

    /// Asks for a code: takes the fields from the form that was submitted.
    pub fn send_code(self, submit: &SubmitEvent) {
        self.take_fields(&take(submit));
        self.dispatch(Event::PhoneNumberSubmitted);
    }

    /// Asks for a code to the number of the last login.
    pub fn use_last_login(self, submit: &SubmitEvent) {
        self.take_terms(&take(submit));
        self.dispatch(Event::LastLoginPressed);
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

    /// Tells the app of something that the state does not know of.
    pub(crate) fn tell(self, event: LockEvent) {
        self.hooks().tell(Some(event));
    }

    /// Takes what stands in the form of the first screen.
    pub(crate) fn take_fields(self, form: &HtmlFormElement) {
        if let Ok(country) = Country::from_iso(&field(form, "country")) {
            self.choose_country(country);
        }
        self.take_phone_number(field(form, "phone_number"));
        self.take_terms(form);
    }

    fn take_terms(self, form: &HtmlFormElement) {
        self.dispatch(Event::TermsTicked(!field(form, "accept_terms").is_empty()));
    }

    fn take_phone_number(self, text: String) {
        if let Typed::International(digits) = Typed::read(&text) {
            let current = untrack(|| self.country());
            if let Some(country) = self.with_countries(|countries| countries.of_international(&digits, current)) {
                self.choose_country(country);
            }
        }
        self.dispatch(Event::PhoneNumberTyped(text));
    }

    fn hooks(self) -> Hooks {
        self.background.with_value(|background| background.hooks)
    }

    pub(crate) fn dispatch(self, event: Event) {
        let Some(before) = self.state.try_get_untracked() else { return };
        let mut after = before.clone();
        let is_step = is_step(&event);
        let todo = after.update(event);
        if after != before {
            self.state.set(after.clone());
            self.follow(&before, &after);
        }
        self.hooks().tell(told(is_step, &before, &after));
        if let Some(todo) = todo {
            self.begin(todo);
        }
    }

    fn follow(self, before: &State, after: &State) {
        if after.screen == Screen::EnterCode && after.is_alive {
            web_otp::listen(self);
        }
        let follow = self.background.with_value(|background| background.follow);
        follow(self, before, after);
    }

    /// Asks the app's hook; then what is to be done is done.
    fn begin(self, todo: Todo) {
        let refused = match self.may(&todo) {
            Ok(()) => return self.perform(todo),
            Err(sentence) => Refusal::Hook(sentence),
        };
        self.dispatch(match todo {
            Todo::Verify { .. } => Event::Verified(Ok(VerifyOutcome::Refused(refused))),
            _ => Event::Started(Ok(StartOutcome::Refused(refused))),
        });
    }

    fn may(self, todo: &Todo) -> Result<(), String> {
        let hooks = self.hooks();
        match todo {
            Todo::Start { phone_number, country } => {
                hooks.may_start(BeforeStart { phone_number: phone_number.clone(), country: *country })
            }
            Todo::StartLast => {
                hooks.may_start(BeforeStart { phone_number: String::new(), country: untrack(|| self.country()) })
            }
            Todo::Verify { .. } => hooks.may_verify(),
            Todo::Resend | Todo::GoTo(_) => Ok(()),
        }
    }

    fn perform(self, todo: Todo) {
        let return_to = self.return_to();
        let accept_terms = if untrack(|| self.accepts_terms()) { "on" } else { "" };
        let (return_to, accept_terms) = (("return_to", return_to.as_str()), ("accept_terms", accept_terms));
        match todo {
            Todo::Start { phone_number, country } => {
                let number = ("phone_number", phone_number.as_str());
                self.call(START_PATH, &[return_to, accept_terms, number, ("country", country.iso())], answer::of_start);
            }
            Todo::StartLast => {
                self.call(
                    START_PATH,
                    &[return_to, accept_terms, ("phone_number", ""), ("last_login", "on")],
                    answer::of_start,
                );
            }
            Todo::Resend => self.call(RESEND_PATH, &[], answer::of_start),
            Todo::Verify { code } => self.call(VERIFY_PATH, &[("code", &code)], answer::of_verify),
            Todo::GoTo(url) => events::go_to(&url),
        }
    }

    /// Calls a server function, but does not wait for ever.
    fn call(self, path: &'static str, fields: &[(&str, &str)], read: fn(Answer) -> Event) {
        let answer = post(path, fields);
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
                before_start: Some(Callback::new(|start: BeforeStart| Err(format!("Not {}.", start.phone_number)))),
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
