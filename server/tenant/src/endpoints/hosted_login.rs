//! `/u/login/{id}`: the login page, where `/authorize` sends users who are not signed in.
//!
//! Its forms take the same fields as the server functions of the library, and answer a script in the same way: the page is the
//! library's dialog. A plain form is sent back to the page, which shows the result.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, Path, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, header};
use serde_json::Value;

use crate::{
    clock::{Clock, Millis},
    config::{Client, Connection, TenantConfig},
    entropy::{self, Entropy},
    error::StoreError,
    hosted_login::{self, HostedLogin, HostedLogins, Sent, SignedIn, is_framed},
    http::{
        client_ip::RequestSource,
        params::{BodyParams, Params, QueryParams},
    },
    login_page::{Frame, LoginAnswer, LoginNotice, LoginPage, LoginScreen, LoginView, PhoneForm},
    login_sends::LoginSends,
    oauth::{
        arrival::Arrival,
        authorization_request::{MAX_LOGIN_HINT, OauthError},
        authorizer::Authorizer,
        sso::SsoSessions,
    },
    origin::Origin,
    otp::{
        browser::{Browser, Transaction},
        challenge::Refusal,
        known_device::KnownDevices,
        message::MessageContext,
        repeat::{REPEAT_SECONDS, RequestHash},
        request::{CodeAttempt, CodeError, CodeRequest},
        service::OtpService,
    },
    pages::{PageError, WayBack, login::LoginDocument},
    phone_number::PhoneNumber,
    state::AppState,
    store::{SsoSession, Store, User},
};

/// What the endpoint uses.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(crate) struct Services {
    config: State<Arc<TenantConfig>>,
    origin: State<Origin>,
    page: State<Arc<dyn LoginPage>>,
    logins: State<HostedLogins>,
    sends: State<LoginSends>,
    otp: State<OtpService>,
    devices: State<KnownDevices>,
    sessions: State<SsoSessions>,
    authorizer: State<Authorizer>,
    store: State<Store>,
    clock: State<Arc<dyn Clock>>,
    entropy: State<Arc<dyn Entropy>>,
}

/// A login under way, with its client and connection.
struct Login<'a> {
    services: &'a Services,
    headers: &'a HeaderMap,
    id: String,
    state: HostedLogin,
    client: &'a Client,
    connection: &'a Connection,
}

/// What became of a step.
enum Step {
    CodeSent,
    /// The login is over: the response to the application comes next.
    Done,
    Refused(LoginNotice),
}

pub(crate) async fn page(
    services: Services,
    headers: HeaderMap,
    Path(id): Path<String>,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let login = match Login::load(&services, &headers, id) {
        Ok(login) => login,
        Err(error) if is_framed(&headers) => return Ok(error.in_frame()),
        Err(error) => return Err(error),
    };
    let edits_number = params.get("edit").is_some();
    Ok(login.document(edits_number).await?.into_response())
}

pub(crate) async fn start(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(id): Path<String>,
    BodyParams(params): BodyParams,
) -> Result<Response, StepError> {
    let mut login = Login::for_step(&services, &headers, id)?;
    let step = if params.optional("last_login").is_some() {
        login.continue_session().await?
    } else {
        login.start(&params, peer).await
    };
    Ok(login.finish(step)?)
}

pub(crate) async fn resend(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(id): Path<String>,
    BodyParams(params): BodyParams,
) -> Result<Response, StepError> {
    let mut login = Login::for_step(&services, &headers, id)?;
    let step = login.resend(&params, peer).await;
    if matches!(step, Step::CodeSent) {
        login.note(LoginNotice::Resent);
    }
    Ok(login.finish(step)?)
}

pub(crate) async fn verify(
    services: Services,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(id): Path<String>,
    BodyParams(params): BodyParams,
) -> Result<Response, StepError> {
    let login = Login::for_step(&services, &headers, id)?;
    Ok(login.verify(params.optional("code").unwrap_or_default(), peer).await?)
}

/// The response to the application, once the user is signed in.
pub(crate) async fn resume(
    services: Services,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let login = Login::load(&services, &headers, id)?;
    let Some(signed_in) = login.state.signed_in.clone() else {
        return Ok(Redirect::to(&hosted_login::path(&login.id)).into_response());
    };
    let SignedIn { user_id, sid, at } = signed_in;
    let user = services.store.user(&user_id).await?.filter(|user| !user.blocked);
    let Some(user) = user else {
        return Ok(login.state.request.refuse(&OauthError::Refused(Refusal::Blocked)).into_response());
    };
    let session = SsoSession { sid, user_id, created_at: at, is_confirmed: true };
    let response = services.authorizer.respond(&login.state.request, login.client, &user, &session).await;
    Ok(response.unwrap_or_else(|error| login.state.request.refuse(&error)).into_response())
}

impl<'a> Login<'a> {
    /// The login that the page or form names, if this browser started it.
    fn load(services: &'a Services, headers: &'a HeaderMap, id: String) -> Result<Self, PageError> {
        let unknown = || PageError::LoginGone(None);
        let state = services.logins.find(headers, &id).ok_or_else(unknown)?;
        let client = services.config.client(&state.request.client_id).ok_or_else(unknown)?;
        let gone = || PageError::LoginGone(WayBack::to(client, &state.request.return_to.redirect_uri));
        if services.clock.millis() > state.expires_at {
            return Err(gone());
        }
        let connection = services.config.connection(&state.request.connection).ok_or_else(gone)?;
        Ok(Self { services, headers, id, state, client, connection })
    }

    /// The same for a form of the page.
    fn for_step(services: &'a Services, headers: &'a HeaderMap, id: String) -> Result<Self, StepError> {
        Self::load(services, headers, id).map_err(|error| {
            if is_plain_form(headers) {
                return StepError::Page(error);
            }
            StepError::Script(services.page.answer(LoginAnswer::Refused(LoginNotice::Gone)))
        })
    }

    fn now(&self) -> Millis {
        self.services.clock.millis()
    }

    fn frame(&self) -> Option<&Frame> {
        self.state.request.frame.as_ref()
    }

    fn language(&self) -> String {
        self.services.page.language(self.state.request.ui_locales.as_deref().unwrap_or_default(), self.headers)
    }

    async fn document(&self, edits_number: bool) -> Result<LoginDocument, PageError> {
        let (state, now) = (&self.state, self.now());
        let screen = match self.offered().await? {
            Some((_, user)) if !edits_number => LoginScreen::Continue(masked(&user)),
            _ if state.asks_for_code && !edits_number => LoginScreen::EnterCode,
            _ => LoginScreen::EnterPhone,
        };
        let view = LoginView {
            path: hosted_login::path(&self.id),
            application: self.client.name.clone(),
            language: self.language(),
            screen,
            phone_number: state.typed.clone(),
            country: state.country.clone(),
            sent: state.sent_code(self.connection, now),
            accepts_terms: state.accepts_terms,
            notice: state.current_notice(self.connection, now).filter(|_| !edits_number),
            branding: self.services.config.branding().clone(),
            frame: state.request.frame.clone(),
            nonce: entropy::token(&**self.services.entropy),
            headers: self.headers.clone(),
        };
        let redirect_uri = &state.request.return_to.redirect_uri;
        LoginDocument::render(&**self.services.page, view, redirect_uri).await
    }

    /// The session whose user the page offers to continue as, before it asks for a number.
    async fn offered(&self) -> Result<Option<(SsoSession, User)>, StoreError> {
        let (Some(sid), None) = (&self.state.offered, &self.state.sent) else { return Ok(None) };
        let current = self.services.sessions.current(self.headers).await?;
        Ok(current.filter(|(session, user)| session.sid == *sid && user.connection == self.connection.name))
    }

    /// The user continues as who is signed in at the tenant.
    async fn continue_session(&mut self) -> Result<Step, StoreError> {
        let Some((session, user)) = self.offered().await? else { return Ok(Step::Refused(LoginNotice::Gone)) };
        if user.blocked {
            return Ok(Step::Refused(LoginNotice::Blocked));
        }
        self.services.sessions.confirm(self.headers).await?;
        self.sign_in(&user, &session);
        Ok(Step::Done)
    }

    async fn start(&mut self, params: &Params, peer: SocketAddr) -> Step {
        let text = |name| params.optional(name).unwrap_or_default();
        // The page that asks for a proof of work does not ask again about the number.
        let confirmed = std::mem::take(&mut self.state.confirmed);
        let confirmed = Some(text("confirmed")).filter(|number| !number.is_empty()).unwrap_or(&confirmed);
        let form = PhoneForm {
            phone_number: text("phone_number"),
            country: text("country"),
            previewed: text("previewed"),
            confirmed,
            accepts_terms: !text("accept_terms").is_empty(),
            must_accept_terms: self.frame().is_some_and(|frame| frame.must_accept_terms == Some(true)),
        };
        self.state.typed = form.phone_number.chars().take(MAX_LOGIN_HINT).collect();
        self.state.country =
            Some(form.country.chars().take(2).collect()).filter(|country: &String| !country.is_empty());
        self.state.accepts_terms = form.accepts_terms;
        self.state.asks_for_code = false;
        let read = match self.services.page.read_number(&form) {
            Ok(read) => read,
            Err(notice) => return Step::Refused(LoginNotice::OfPage(notice)),
        };
        let Some(phone_number) = PhoneNumber::parse(&read.e164) else {
            return Step::Refused(LoginNotice::NumberInvalid);
        };
        let before = self.state.sent.as_ref().filter(|sent| sent.phone_number == phone_number);
        let is_again = before.is_some();
        // A form submitted twice sends one message.
        if before.is_some_and(|sent| sent.resend_in(self.now()) > 0) {
            (self.state.asks_for_code, self.state.notice) = (true, None);
            return Step::CodeSent;
        }
        let step = self.send_code(phone_number, read.display, params, peer).await;
        if matches!(step, Step::Refused(LoginNotice::ProofNeeded { .. })) {
            self.state.confirmed = confirmed.chars().take(MAX_LOGIN_HINT).collect();
        }
        // It is too soon for another code, and the one before is still good.
        self.state.asks_for_code |= is_again && matches!(step, Step::Refused(LoginNotice::RateLimited { .. }));
        step
    }

    async fn resend(&mut self, params: &Params, peer: SocketAddr) -> Step {
        let Some(sent) = self.state.sent.clone() else { return Step::Refused(LoginNotice::Gone) };
        match sent.resend_in(self.now()) {
            0 => self.send_code(sent.phone_number, sent.display, params, peer).await,
            seconds => Step::Refused(LoginNotice::RateLimited { retry_after: Some(seconds) }),
        }
    }

    async fn send_code(
        &mut self,
        phone_number: PhoneNumber,
        display: String,
        params: &Params,
        peer: SocketAddr,
    ) -> Step {
        let solved = params.optional("altcha");
        let proof = solved.map(str::to_owned).or_else(|| self.state.unsolved_challenge());
        let context = MessageContext::at(self.services.origin.url().as_ref(), self.headers);
        let (context, browser) = (context.in_language(&self.language()), self.browser(&phone_number));
        // Of their own, as the message goes out even if the browser cancels the request.
        let (otp, client, connection) = (self.services.otp.0.clone(), self.client.clone(), self.connection.clone());
        let (source, number) = (RequestSource::browser(peer), phone_number.clone());
        let send = async move {
            let (client, connection, phone_number) = (&client, &connection, &number);
            let proof = proof.as_deref();
            let request = CodeRequest { client, connection, phone_number, context, source, browser, proof };
            otp.send_code(&request).await.map(drop)
        };
        let form = self.services.logins.form(self.headers, &self.id, &phone_number);
        match self.services.sends.once(form, send).await {
            Ok(at) => {
                self.state.sent = Some(Sent { phone_number, display, at });
                (self.state.asks_for_code, self.state.notice) = (true, None);
                Step::CodeSent
            }
            // A script that solves each new challenge would never end.
            Err(LoginNotice::ProofNeeded { .. }) if solved.is_some() => {
                Step::Refused(LoginNotice::RateLimited { retry_after: None })
            }
            Err(notice) => Step::Refused(notice),
        }
    }

    fn browser(&self, phone_number: &PhoneNumber) -> Browser {
        let is_known = self.services.devices.is_known(self.headers, &self.connection.name, phone_number);
        Browser { transaction: Some(Transaction::named(&self.state.transaction)), is_known }
    }

    async fn verify(mut self, typed: &str, peer: SocketAddr) -> Result<Response, PageError> {
        let Some(sent) = self.state.sent.clone() else { return self.finish(Step::Refused(LoginNotice::Gone)) };
        let length = u32::try_from(self.connection.code_length).unwrap_or_default();
        let code = match self.services.page.read_code(typed, length) {
            Ok(code) => code,
            Err(notice) => return self.finish(Step::Refused(LoginNotice::OfPage(notice))),
        };
        let attempt = CodeAttempt {
            client: Some(self.client),
            connection: self.connection,
            phone_number: &sent.phone_number,
            code: &code,
            source: RequestSource::browser(peer),
            browser: &self.browser(&sent.phone_number),
        };
        let services = self.services;
        let sign_in = match services.otp.redeem_code_repeatably(&attempt, RequestHash::of(&self.id)).await {
            Ok(sign_in) => sign_in,
            Err(CodeError::Store(error)) => return Err(error.into()),
            Err(CodeError::Refused(refusal)) => return self.refused(&refusal),
        };
        let (session, session_cookie) =
            services.sessions.after_sign_in(self.headers, &sign_in, Arrival::FromPage).await?;
        let device_cookie = services.devices.remember(self.headers, &sign_in, Arrival::FromPage);
        self.sign_in(&sign_in.user, &session);
        Ok((session_cookie, device_cookie, self.finish(Step::Done)?).into_response())
    }

    /// A blocked user is sent back to the application, unless a script shows why; anyone else may try again.
    fn refused(self, refusal: &Refusal) -> Result<Response, PageError> {
        tracing::warn!(error = %refusal, "a code was refused on the login page");
        if *refusal == Refusal::Blocked && is_plain_form(self.headers) {
            return Ok(self.state.request.refuse(&OauthError::Refused(refusal.clone())).into_response());
        }
        let notice = match refusal {
            Refusal::Superseded { .. } => LoginNotice::Superseded,
            Refusal::Expired => LoginNotice::Expired,
            Refusal::UsedUp | Refusal::WrongCode { attempts_left: None } => LoginNotice::UsedUp,
            Refusal::WrongCode { attempts_left } => LoginNotice::WrongCode { attempts_left: *attempts_left },
            Refusal::TooManyAttempts(_) => LoginNotice::RateLimited { retry_after: None },
            Refusal::SignUpDisabled => LoginNotice::SignUpDisabled,
            Refusal::Blocked => LoginNotice::Blocked,
        };
        self.finish(Step::Refused(notice))
    }

    /// The user is signed in. The login ends as soon as its steps cannot be repeated any more.
    fn sign_in(&mut self, user: &User, session: &SsoSession) {
        let (user_id, sid, at) = (user.id.clone(), session.sid.clone(), session.created_at);
        let end = self.now().plus_seconds(REPEAT_SECONDS);
        self.state.signed_in = Some(SignedIn { user_id, sid, at });
        self.state.expires_at = self.state.expires_at.min(end);
    }

    fn note(&mut self, notice: LoginNotice) {
        self.state.notice = Some((notice, self.now()));
    }

    /// Saves the login, and answers the form or the script that posted it.
    fn finish(mut self, step: Step) -> Result<Response, PageError> {
        if let Step::Refused(notice) = &step {
            self.note(notice.clone());
            // To be corrected on the screen of the number, which has the terms as well.
            self.state.asks_for_code &= !matches!(
                notice,
                LoginNotice::Country | LoginNotice::SpecialNumber | LoginNotice::Landline | LoginNotice::Gone
            );
        }
        let cookies = self.services.logins.save(self.headers, &self.id, &self.state)?;
        let page = hosted_login::path(&self.id);
        let response_page = format!("{page}/resume");
        if is_plain_form(self.headers) {
            let to = if matches!(step, Step::Done) { response_page } else { page };
            return Ok((cookies, Redirect::to(&to)).into_response());
        }
        let answer = match step {
            Step::CodeSent => match self.state.sent_code(self.connection, self.now()) {
                Some(sent) => LoginAnswer::CodeSent(sent),
                None => LoginAnswer::Refused(LoginNotice::Gone),
            },
            Step::Done => LoginAnswer::Verified(response_page),
            Step::Refused(notice) => LoginAnswer::Refused(notice),
        };
        Ok((cookies, Json(self.services.page.answer(answer))).into_response())
    }
}

/// Why a step was not taken.
pub(crate) enum StepError {
    Page(PageError),
    /// For the script, which shows that the login is gone.
    Script(Value),
}

impl<E: Into<PageError>> From<E> for StepError {
    fn from(error: E) -> Self {
        Self::Page(error.into())
    }
}

impl IntoResponse for StepError {
    fn into_response(self) -> Response {
        match self {
            Self::Page(error) => error.into_response(),
            Self::Script(answer) => Json(answer).into_response(),
        }
    }
}

/// Whether a browser without a script, or before it is there, posted the form.
fn is_plain_form(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn masked(user: &User) -> String {
    PhoneNumber::stored(&user.phone_number).map(|number| number.masked()).unwrap_or_default()
}
