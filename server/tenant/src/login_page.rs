//! The seam between the login page and its looks: the tenant decides what the page shows, the program renders it.

use async_trait::async_trait;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use url::Url;

/// Renders the login page, and reads what is typed on it. The two sides share no other type.
#[async_trait]
pub trait LoginPage: Send + Sync + 'static {
    /// The language of the page: the first of `ui_locales` (BCP 47 tags, separated by spaces) that it speaks, else the one of
    /// the cookie or the browser.
    fn language(&self, ui_locales: &str, headers: &HeaderMap) -> String;

    /// Reads the form for the number.
    ///
    /// # Errors
    ///
    /// What the page is to show if no code can be sent to it.
    fn read_number(&self, form: &PhoneForm<'_>) -> Result<ReadNumber, PageNotice>;

    /// The digits of a code of this length, as typed or pasted.
    ///
    /// # Errors
    ///
    /// What the page is to show if it is not a whole code, which is no attempt.
    fn read_code(&self, typed: &str, length: u32) -> Result<String, PageNotice>;

    /// The HTML document.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when it cannot be rendered.
    async fn render(&self, view: LoginView) -> Result<String, RenderError>;

    /// The response to a step, as the script of the page reads it.
    fn answer(&self, answer: LoginAnswer) -> serde_json::Value;
}

/// The page could not be rendered; the log has the reason.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the login page could not be rendered")]
pub struct RenderError;

/// A notice of the page's own, in a form that only the page reads; the tenant keeps it until the page is shown.
pub type PageNotice = serde_json::Value;

/// The fields of the form for the number.
#[derive(Clone, Copy, Debug, Default)]
pub struct PhoneForm<'a> {
    /// The number as typed.
    pub phone_number: &'a str,
    /// The country chosen, ISO 3166; empty if none was.
    pub country: &'a str,
    /// The number that the page showed while it was typed, if it did.
    pub previewed: &'a str,
    /// The number that the page asked about, if it did.
    pub confirmed: &'a str,
    /// Whether the box for the terms was ticked.
    pub accepts_terms: bool,
    /// Whether the framing page asks for that.
    pub must_accept_terms: bool,
}

/// A phone number that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadNumber {
    /// In E.164: `+14155552671`.
    pub e164: String,
    /// Spaced for reading: `+1 415 555 2671`.
    pub display: String,
}

/// What a login page shows.
#[derive(Clone, Debug)]
pub struct LoginView {
    /// The path of the page; its forms post to `/start`, `/resend` and `/verify` below it.
    pub path: String,
    /// The name of the application.
    pub application: String,
    /// The BCP 47 tag that [`LoginPage::language`] gave.
    pub language: String,
    /// The screen.
    pub screen: LoginScreen,
    /// The number as typed, to show it again.
    pub phone_number: String,
    /// The country chosen, ISO 3166, if one was.
    pub country: Option<String>,
    /// The code that was sent last.
    pub sent: Option<SentCode>,
    /// Whether the box for the terms was ticked.
    pub accepts_terms: bool,
    /// The outcome of the last step.
    pub notice: Option<LoginNotice>,
    /// The looks.
    pub branding: Branding,
    /// The page that frames this one, if one does.
    pub frame: Option<Frame>,
    /// The nonce of its scripts and styles in the content security policy.
    pub nonce: String,
    /// The headers of the request.
    pub headers: HeaderMap,
}

/// A screen of the login page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginScreen {
    /// Offers to continue as the user who is signed in at the tenant, whose number is masked.
    Continue(String),
    /// Asks for the phone number.
    EnterPhone,
    /// Asks for the code.
    EnterCode,
}

/// A code that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// The number, spaced for reading.
    pub phone_number: String,
    /// Seconds until another code may be requested.
    pub resend_in: u32,
    /// Digits of the code.
    pub code_length: u32,
    /// Seconds until it expires.
    pub expires_in: u32,
}

/// The response to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginAnswer {
    /// A code was sent.
    CodeSent(SentCode),
    /// The user is signed in; the browser goes to this path.
    Verified(String),
    /// The step was refused.
    Refused(LoginNotice),
}

/// The outcome of a step, in words above the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginNotice {
    /// The page found it itself, in what was typed.
    OfPage(PageNotice),
    /// The provider, or the numbering plan, has no such number.
    NumberInvalid,
    /// No messages are sent to this country.
    Country,
    /// No messages are sent to numbers of this kind: premium rate, toll-free, satellite, and the like.
    SpecialNumber,
    /// No messages are sent to landlines.
    Landline,
    /// Too many requests.
    RateLimited {
        /// Seconds to wait, if they are known.
        retry_after: Option<u32>,
    },
    /// No messages are sent to such numbers at the moment.
    SmsPaused,
    /// A proof of work is asked for.
    ProofNeeded {
        /// The challenge, in ALTCHA's JSON.
        challenge: String,
        /// Seconds until it counts without its solution.
        retry_after: u32,
    },
    /// The recipient opted out of messages.
    OptedOut,
    /// The provider did not take the message.
    SmsFailed,
    /// Another code was sent.
    Resent,
    /// The code is wrong.
    WrongCode {
        /// Attempts left for it, if there is one.
        attempts_left: Option<u32>,
    },
    /// The code of an earlier message.
    Superseded,
    /// The code has expired.
    Expired,
    /// No attempts are left for the code.
    UsedUp,
    /// The number has no account, and none can be made.
    SignUpDisabled,
    /// The account is blocked.
    Blocked,
    /// The login is over or has expired.
    Gone,
}

/// The looks of the login page: `branding` in `tenant.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding {
    /// The colour of buttons and links, `#` and three or six hexadecimal digits.
    pub primary_color: Option<String>,
    /// The logo.
    pub logo_url: Option<Url>,
}

/// A page that shows the login page in a frame, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Its origin; the application registered it.
    #[serde(default)]
    pub origin: String,
    /// The heading.
    pub title: Option<String>,
    /// The country to begin with, ISO 3166.
    pub country: Option<String>,
    /// The colour of buttons and links.
    pub primary_color: Option<String>,
    /// The logo.
    pub logo: Option<Url>,
    /// A message before the first step.
    pub flash_message: Option<String>,
    /// Whether the user can close the dialog.
    pub closable: Option<bool>,
    /// Whether the first field has the focus.
    pub autofocus: Option<bool>,
    /// Whether the terms are shown.
    pub show_terms: Option<bool>,
    /// Whether a box for them has to be ticked.
    pub must_accept_terms: Option<bool>,
    /// Whether the page shows the dialog inside an element of its own.
    #[serde(default)]
    pub is_inline: bool,
}
