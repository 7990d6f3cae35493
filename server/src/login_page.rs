//! The login page of the embedded tenant, rendered with the library's dialog: the one place where the two meet.

use crate::{config::Config, site::Site};
use any_spawner::Executor;
use app::{FramedBy, TenantLogin, tenant_login};
use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request};
use leptos::{config::LeptosOptions, nonce::Nonce, prelude::provide_context};
use leptos_axum::render_app_async_with_context;
use leptos_passwordless::{
    Country, LockOptions, Login,
    flow::{FlashMessage, Notice, Screen},
    lock::{Color, Theme},
    messages::Text,
    outcome::{CodeSent, Refusal, StartOutcome, VerifyOutcome},
    server::{Language, NumberForm, TermsPolicy, read_code},
};
use passwordless_tenant::{
    Branding, Frame, LoginAnswer, LoginNotice, LoginPage, LoginScreen, LoginView, PageNotice, PhoneForm, ReadNumber,
    RenderError, SentCode,
};
use serde_json::Value;

/// More than a page has.
const MAX_PAGE: usize = 1024 * 1024;

/// The dialog as the login page.
pub(crate) struct DialogPage {
    /// Of the packed client.
    options: LeptosOptions,
    /// Countries that may be texted; all if empty.
    countries: Vec<Country>,
    landlines: bool,
    /// The language, instead of the browser's.
    language: Option<Language>,
    /// The country to begin with, instead of a guess.
    default_location: Option<Country>,
    /// The terms that a sign-up accepts.
    terms: Option<TermsPolicy>,
    /// Whether the page warns that codes by SMS can be intercepted.
    sms_notice: bool,
}

#[async_trait]
impl LoginPage for DialogPage {
    fn language(&self, ui_locales: &str, headers: &HeaderMap) -> String {
        let asked = ui_locales.split_ascii_whitespace().find_map(|tag| Language::from_tag(tag).ok());
        asked.or(self.language).unwrap_or_else(|| Language::of_request(headers)).tag().to_owned()
    }

    fn read_number(&self, form: &PhoneForm<'_>) -> Result<ReadNumber, PageNotice> {
        let must_accept = |terms: &TermsPolicy| terms.must_accept || form.must_accept_terms;
        if self.terms.as_ref().is_some_and(must_accept) && !form.accepts_terms {
            return Err(notice(&Refusal::TermsNotAccepted));
        }
        let country = Country::supported(form.country).unwrap_or_default();
        let form = NumberForm::new(form.phone_number, country).shown(form.previewed, form.confirmed);
        let form = form.with_landlines(self.landlines);
        let (number, display) = form.read(&self.countries).map_err(|refusal| notice(&refusal))?;
        Ok(ReadNumber { e164: number.as_str().to_owned(), display })
    }

    fn read_code(&self, typed: &str, length: u32) -> Result<String, PageNotice> {
        read_code(typed, length).map(|code| code.as_str().to_owned()).map_err(|refusal| notice(&refusal))
    }

    async fn render(&self, view: LoginView) -> Result<String, RenderError> {
        let nonce = view.nonce.clone();
        let (options, page) = (self.options.clone(), self.page(view));
        let with_nonce = move || provide_context(Nonce::from_value(nonce.as_str()));
        let render = render_app_async_with_context(with_nonce, move || tenant_login(options.clone(), page.clone()));
        let response = render(Request::new(Body::empty())).await;
        let html = to_bytes(response.into_body(), MAX_PAGE).await.map_err(|error| failed(&error))?;
        String::from_utf8(html.into()).map_err(|error| failed(&error))
    }

    fn answer(&self, answer: LoginAnswer) -> Value {
        let answer = match answer {
            LoginAnswer::CodeSent(sent) => serde_json::to_value(StartOutcome::CodeSent(code_sent(sent))),
            LoginAnswer::Verified(continue_to) => serde_json::to_value(VerifyOutcome::Verified { continue_to }),
            LoginAnswer::Refused(notice) => serde_json::to_value(VerifyOutcome::Refused(refusal(notice))),
        };
        // Their types are made of texts and numbers.
        answer.unwrap_or_default()
    }
}

impl DialogPage {
    /// The page speaks, offers and asks what the app's dialog does.
    pub(crate) fn new(config: &Config, site: &Site) -> Self {
        // leptos needs it to render; where the app is in the same program, it is there already.
        drop(Executor::init_tokio());
        Self {
            options: site.leptos_options(),
            countries: config.countries().to_vec(),
            landlines: config.allow_landlines,
            language: config.lock.lock_language,
            default_location: config.lock.default_location,
            terms: config.lock.terms(),
            sms_notice: config.lock.sms_notice,
        }
    }

    fn page(&self, view: LoginView) -> TenantLogin {
        let language = Language::from_tag(&view.language).unwrap_or_default();
        let mut login = Login::posting_to(&view.path, language, &self.countries, &view.headers);
        let continue_label = login.messages().get(Text::Continue).to_owned();
        let screen = match view.screen {
            LoginScreen::EnterPhone => Screen::EnterPhone,
            LoginScreen::EnterCode => Screen::EnterCode,
            LoginScreen::Continue(phone_number) => {
                login = login.saying(Text::LastLoginAction, &continue_label);
                Screen::LastLogin { phone_number }
            }
        };
        let country = view.country.and_then(|iso| Country::supported(&iso).ok()).or(self.default_location);
        let frame = view.frame.unwrap_or_default();
        login = country.into_iter().fold(login, Login::with_country);
        login = login.showing(screen).with_phone_number(&view.phone_number);
        login = login.accepting_terms(view.accepts_terms);
        login = view.sent.into_iter().map(code_sent).fold(login, Login::with_code);
        login = view.notice.into_iter().map(shown).fold(login, Login::with_notice);
        if let Some(terms) = &self.terms {
            let must_accept = terms.must_accept || frame.must_accept_terms == Some(true);
            login = login.with_terms(terms.links.clone(), must_accept);
        }
        let framed_by = (!frame.origin.is_empty()).then(|| FramedBy {
            origin: frame.origin.clone(),
            is_inline: frame.is_inline,
            closable: frame.closable.unwrap_or(true),
            autofocus: frame.autofocus.unwrap_or(true),
        });
        TenantLogin {
            login,
            options: options(&frame, &view.branding),
            application: view.application,
            frame: framed_by,
            sms_notice: self.sms_notice.then_some(language),
        }
    }
}

/// The options of the framing page come before those of the tenant.
fn options(frame: &Frame, branding: &Branding) -> LockOptions {
    let mut colors = [&frame.primary_color, &branding.primary_color].into_iter().flatten();
    let color = colors.find_map(|color| Color::parse(color).ok());
    let theme = color.into_iter().fold(Theme::default(), Theme::primary_color);
    let theme = frame
        .logo
        .as_ref()
        .or(branding.logo_url.as_ref())
        .into_iter()
        .fold(theme, |theme, logo| theme.logo(logo.as_str()));
    let options = LockOptions::default()
        .theme(theme)
        // Browsers let no frame of another origin take the focus; the page around gives it.
        .autofocus(frame.origin.is_empty())
        .show_terms(frame.show_terms.unwrap_or(true));
    let options = frame.title.iter().fold(options, LockOptions::title);
    frame.flash_message.iter().map(FlashMessage::info).fold(options, LockOptions::flash_message)
}

fn code_sent(sent: SentCode) -> CodeSent {
    CodeSent::new(sent.phone_number, sent.resend_in, sent.code_length, sent.expires_in)
}

fn shown(notice: LoginNotice) -> Notice {
    Notice::Refused(match notice {
        LoginNotice::Resent => return Notice::Resent,
        LoginNotice::OfPage(notice) => serde_json::from_value(notice).unwrap_or(Refusal::Unexpected),
        LoginNotice::NumberInvalid => Refusal::PhoneNumberInvalid,
        LoginNotice::Country => Refusal::CountryNotAllowed,
        LoginNotice::SpecialNumber => Refusal::SpecialNumber,
        LoginNotice::Landline => Refusal::Landline,
        LoginNotice::RateLimited { retry_after } => Refusal::RateLimited { retry_after },
        LoginNotice::SmsPaused => Refusal::SmsPaused,
        LoginNotice::ProofNeeded { challenge, retry_after } => Refusal::ProofOfWork { challenge, retry_after },
        LoginNotice::OptedOut => Refusal::OptedOut,
        LoginNotice::SmsFailed => Refusal::SmsNotSent,
        LoginNotice::WrongCode { attempts_left } => Refusal::WrongCode { attempts_left },
        LoginNotice::Superseded => Refusal::CodeReplaced,
        LoginNotice::Expired => Refusal::CodeExpired,
        LoginNotice::UsedUp => Refusal::TooManyAttempts,
        LoginNotice::SignUpDisabled => Refusal::SignUpDisabled,
        LoginNotice::Blocked => Refusal::UserBlocked,
        LoginNotice::Gone => Refusal::NoPendingLogin,
    })
}

/// Why a step was refused; another code on its way is no refusal.
fn refusal(notice: LoginNotice) -> Refusal {
    match shown(notice) {
        Notice::Refused(refusal) => refusal,
        _ => Refusal::Unexpected,
    }
}

fn notice(refusal: &Refusal) -> PageNotice {
    serde_json::to_value(refusal).unwrap_or_default()
}

fn failed(error: &dyn std::error::Error) -> RenderError {
    tracing::error!(%error, "the login page could not be rendered");
    RenderError
}
