//! Requests codes: `/api/passwordless/start` and `/api/passwordless/resend`.

use super::{
    Auth, Language,
    browser::Browser,
    extra_fields::ExtraFields,
    hooks::{LoginAttempt, LoginStep},
    measure,
    own_page::NumberForm,
    pending_login::PendingLogin,
    phone_number::{self, Number},
    request_context::Request,
    tenant_client::StartResponse,
    terms::Consent,
    turns::to_the_end,
};
use crate::{
    Country, PhoneNumber,
    flow::Notice,
    outcome::{ApiError, Refusal, StartOutcome},
};

/// More than a proof of work has.
const MAX_PROOF: usize = 2048;

/// The arguments of [`api::start`](crate::api::start).
pub(crate) struct Start {
    pub(crate) phone_number: String,
    pub(crate) country: String,
    pub(crate) return_to: String,
    pub(crate) accept_terms: String,
    pub(crate) last_login: String,
    pub(crate) previewed: String,
    pub(crate) confirmed: String,
    pub(crate) login: String,
    pub(crate) form: String,
    pub(crate) altcha: String,
    pub(crate) extra: ExtraFields,
}

/// The form that requests a code.
struct Form {
    /// Its name; empty if none was submitted, or if it has none.
    name: String,
    step: LoginStep,
    extra: ExtraFields,
    proof: Proof,
}

/// The answer to a challenge for a proof of work.
#[derive(Clone, Default)]
enum Proof {
    /// There is none.
    #[default]
    None,
    /// As the form has it.
    Solved(String),
    /// The challenge itself, as the user waited instead.
    Unsolved(String),
}

impl Proof {
    /// `before` is the login that the form belongs to, whose page shows the challenge.
    fn of_form(altcha: String, before: Option<&PendingLogin>) -> Self {
        match before.and_then(PendingLogin::unsolved_challenge) {
            _ if (1..=MAX_PROOF).contains(&altcha.len()) => Self::Solved(altcha),
            Some(challenge) => Self::Unsolved(challenge),
            None => Self::None,
        }
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Solved(text) | Self::Unsolved(text) => Some(text),
        }
    }

    /// A script that solves each new challenge would never end.
    fn checked(&self, refusal: Refusal) -> Refusal {
        match (self, refusal) {
            (Self::Solved(_), Refusal::ProofOfWork { .. }) => Refusal::RateLimited { retry_after: None },
            (_, refusal) => refusal,
        }
    }
}

/// Each requested code starts a login of its own: the one that the form named may continue in another tab.
pub(crate) async fn start(start: Start) -> Result<StartOutcome, ApiError> {
    let outcome = take_start(start).await;
    measure::started(&outcome);
    outcome
}

async fn take_start(mut start: Start) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let named = request.login(&start.login).ok();
    if let Some(confirmed) = named.as_ref().and_then(PendingLogin::confirmed).filter(|_| start.confirmed.is_empty()) {
        // The page that asks for a proof of work does not ask again about the number.
        confirmed.clone_into(&mut start.confirmed);
    }
    let proof = Proof::of_form(std::mem::take(&mut start.altcha), named.as_ref());
    let country = Country::supported(&start.country).unwrap_or_default();
    let login = PendingLogin::begin(request.auth.config().return_to(&start.return_to), request.auth.now())?;
    let mut login = login.sharing(request.logins().transaction());
    login.type_number(&start.phone_number, country);
    login.consent = consent(&request, &start);
    let number = may_start(&request, &start, &login).and_then(|()| asked_for(&request, &start, country));
    let before = number.as_ref().ok().and_then(|number| with_code_for(&request, &start, number));
    login.confirm(&start.confirmed);
    let form = Form { name: start.form, step: LoginStep::Start, extra: start.extra, proof };
    let outcome = ask_tenant(&request, &login, form, number).await?;
    if let (Err(Refusal::RateLimited { .. }), Some(mut before)) = (&outcome, before) {
        // It is too soon for another code, and the previous one is still valid.
        before.back_to_the_code();
        return Ok(keep(&request, before, outcome, None));
    }
    Ok(keep(&request, login, outcome, None))
}

/// The login that the form belongs to, if it has a code for the same number.
fn with_code_for(request: &Request, start: &Start, number: &Number) -> Option<PendingLogin> {
    let before = request.login(&start.login).ok()?;
    before.has_code_for(&number.e164, request.auth.now()).then_some(before)
}

/// Sends a code to a number that the app knows, as for a step-up; the dialog on this browser's next page starts at the
/// code. Terms and countries are not checked if the ID token names this very number (scope `phone`): a number that the app
/// knows has been checked before. `return_to` is the path of the page to return to. To be called in a server function of your
/// app, below [`install`](super::install).
///
/// ```
/// use leptos::{prelude::*, server};
/// use leptos_passwordless::{
///     PhoneNumber,
///     outcome::{ApiError, StartOutcome},
///     server::send_code_to,
/// };
///
/// #[server]
/// async fn step_up() -> Result<StartOutcome, ApiError> {
///     let number = PhoneNumber::parse("+14155552671").map_err(|_| ApiError::ServerError)?;
///     send_code_to(&number, "/payment").await
/// }
/// ```
///
/// # Errors
/// [`ApiError`] if no login can start; every other failure is a [`Refusal`].
pub async fn send_code_to(phone_number: &PhoneNumber, return_to: &str) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    let login = PendingLogin::begin(request.auth.config().return_to(return_to), request.auth.now())?;
    let mut login = login.sharing(request.logins().transaction());
    login.name_number(phone_number);
    let form =
        Form { name: String::new(), step: LoginStep::StartByApp, extra: ExtraFields::default(), proof: Proof::None };
    let outcome = ask_tenant(&request, &login, form, phone_number::known(phone_number)).await?;
    Ok(keep(&request, login, outcome, None))
}

pub(crate) async fn resend(
    login: &str,
    form: &str,
    altcha: String,
    extra: ExtraFields,
) -> Result<StartOutcome, ApiError> {
    let outcome = take_resend(login, form, altcha, extra).await;
    measure::started(&outcome);
    outcome
}

async fn take_resend(login: &str, form: &str, altcha: String, extra: ExtraFields) -> Result<StartOutcome, ApiError> {
    let request = Request::current()?;
    match request.login(login) {
        Ok(login) => {
            let number = number_to_resend(&request, form, &login);
            let proof = Proof::of_form(altcha, Some(&login));
            let form = Form { name: form.to_owned(), step: LoginStep::Resend, extra, proof };
            let outcome = ask_tenant(&request, &login, form, number).await?;
            Ok(keep(&request, login, outcome, Some(Notice::Resent)))
        }
        Err(refusal) => {
            request.back_without_a_login(&refusal);
            Ok(StartOutcome::Refused(refusal))
        }
    }
}

fn may_start(request: &Request, start: &Start, login: &PendingLogin) -> Result<(), Refusal> {
    request.check_address()?;
    request.check_cookies(&start.login)?;
    request.auth.config().check_consent(login.consent.as_ref())
}

/// The requested number: the typed one, or that of the last login.
fn asked_for(request: &Request, start: &Start, country: Country) -> Result<Number, Refusal> {
    if !start.last_login.is_empty() {
        let number = phone_number::known(&request.last_login()?)?;
        phone_number::check_country(&number.e164, &request.auth.config().countries)?;
        return Ok(number);
    }
    let config = request.auth.config();
    let form = NumberForm::new(&start.phone_number, country).shown(&start.previewed, &start.confirmed);
    form.with_landlines(config.landlines).number(&config.countries)
}

fn consent(request: &Request, start: &Start) -> Option<Consent> {
    let terms = request.auth.config().terms.as_ref().filter(|_| !start.accept_terms.is_empty())?;
    Some(terms.accepted(request.auth.now()))
}

/// Enforces the dialog's countdown on the server too; the actual rate limit is the tenant's.
fn number_to_resend(request: &Request, form: &str, login: &PendingLogin) -> Result<Number, Refusal> {
    let sent = login.sent.as_ref().ok_or(Refusal::NoPendingLogin)?;
    let now = request.auth.now();
    match sent.resend_in(now) {
        0 => Ok(sent.number()),
        _ if request.auth.sends().recall(form, &sent.number, now).is_some() => Ok(sent.number()),
        seconds => Err(Refusal::RateLimited { retry_after: Some(seconds) }),
    }
}

/// Stores the outcome, for a page that is reloaded or was never hydrated.
fn keep(
    request: &Request,
    mut login: PendingLogin,
    outcome: Result<(Number, StartResponse), Refusal>,
    notice: Option<Notice>,
) -> StartOutcome {
    let outcome = match outcome {
        Ok(sent) => StartOutcome::CodeSent(login.code_sent(&request.auth, sent, notice)),
        Err(refusal) => {
            tracing::warn!(reason = refusal.reason(), "a login was refused at its start");
            login.refused(refusal.clone());
            StartOutcome::Refused(refusal)
        }
    };
    // A hydrated dialog has the refusal from the response, and continues the login that it had; a proof of work it gives on
    // the login page.
    let goes_on = matches!(outcome, StartOutcome::CodeSent(_) | StartOutcome::Refused(Refusal::ProofOfWork { .. }));
    if goes_on || request.is_plain_form() {
        request.keep(&login);
    }
    request.back_to_the_form(&login.id);
    outcome
}

/// Requests a code: only one if a form is submitted twice, even if the browser cancels the first of the two requests.
async fn ask_tenant(
    request: &Request,
    login: &PendingLogin,
    form: Form,
    number: Result<Number, Refusal>,
) -> Result<Result<(Number, StartResponse), Refusal>, ApiError> {
    match number {
        Ok(number) => {
            let (auth, browser, language) = (request.auth.clone(), request.browser(login), request.language());
            to_the_end(Message { auth, form, number, browser, language }.send()).await
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// A requested message.
struct Message {
    auth: Auth,
    form: Form,
    number: Number,
    browser: Browser,
    language: Language,
}

impl Message {
    async fn send(self) -> Result<(Number, StartResponse), Refusal> {
        let auth = self.auth.clone();
        if self.form.name.is_empty() {
            return Ok((self.number.clone(), self.ask_tenant().await?));
        }
        let _turn = auth.turns().take(&self.form.name).await;
        let number = &self.number.e164;
        let before = auth.sends().recall(&self.form.name, number, auth.now());
        let started = match before {
            Some(started) => started,
            None => self.ask_tenant().await?,
        };
        if before.is_none() {
            auth.sends().note(self.form.name, number, started, auth.now());
        }
        Ok((self.number, started))
    }

    async fn ask_tenant(&self) -> Result<StartResponse, Refusal> {
        let (auth, number) = (&self.auth, &self.number.e164);
        let attempt = || LoginAttempt::new(self.form.step, number, self.browser.ip, &self.form.extra);
        auth.config().hooks.may_start(attempt).await.map_err(Refusal::Hook)?;
        auth.limits().take_start(self.browser.ip, self.number.certainty, auth.now())?;
        let proof = self.form.proof.as_text();
        auth.tenant().start(number, &self.browser, self.language, proof).await.map_err(|error| {
            tracing::warn!(%error, phone_number = number.masked(), "no code was sent");
            self.form.proof.checked(error.into())
        })
    }
}
