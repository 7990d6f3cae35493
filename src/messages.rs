//! The texts of the dialog, in the language of the page.
//!
//! A dictionary is a file of [`messages/`](https://docs.rs/crate/leptos_passwordless/latest/source/src/messages); its keys
//! are Lock's where they exist there. The server picks one and sends it with the page, so that a language adds nothing to
//! the wasm. Times are clocks (`2:41`) and counts follow a colon: no language needs plural forms.

use crate::outcome::Refusal;

macro_rules! texts {
    ($($(#[$doc:meta])* $text:ident = $key:literal,)*) => {
        /// A text of the dialog.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Text { $($(#[$doc])* $text,)* }

        impl Text {
            /// The keys of a dictionary, in the order of the variants.
            pub(crate) const KEYS: &'static [&'static str] = &[$($key,)*];
            /// Every text.
            #[cfg(all(test, feature = "ssr"))]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$text,)*];
        }
    };
}

texts! {
    /// The language's name for itself.
    LanguageName = "languageName",
    /// The title of the dialog, and of the button that opens it.
    Title = "title",
    /// Above the phone number; the first use of a number creates the account, as at Auth0.
    PhoneInstructions = "passwordlessSMSInstructions",
    /// The label of the country.
    CountryLabel = "countryLabel",
    /// Describes the search for a country.
    CountrySearchHint = "countrySearchHint",
    /// How many countries a search found: `{count}`.
    CountriesFound = "countriesFound",
    /// A search found none.
    NoCountryFound = "noCountryFound",
    /// The label of the phone number.
    PhoneLabel = "phoneNumberLabel",
    /// The number as it will be sent: `{phone}`.
    PhonePreview = "phoneNumberPreview",
    /// Sends the phone number.
    Submit = "submitLabel",
    /// The same while the request is pending.
    Sending = "sendingLabel",
    /// Above the code: it went to `{phone}`.
    CodeInstructions = "passwordlessSMSCodeInstructions",
    /// The label of the code.
    CodeLabel = "codeLabel",
    /// The remaining lifetime of the code: `{time}`.
    CodeExpiresIn = "codeExpiresIn",
    /// Sends the code.
    LogIn = "loginSubmitLabel",
    /// The same while the request is pending.
    Verifying = "verifyingLabel",
    /// Requests another code.
    Resend = "resendCodeAction",
    /// The same while it has to wait for `{time}`.
    ResendCountdown = "resendCountdown",
    /// The same while the request is pending.
    Resending = "resendingLabel",
    /// Another code was sent.
    Sent = "sentLabel",
    /// Back to the phone number.
    EditNumber = "editNumberAction",
    /// The code was right.
    SignedIn = "successLogIn",
    /// The link for browsers that do not navigate by themselves.
    Continue = "continueAction",
    /// The number of the last login: `{phone}`, masked.
    LastLogin = "lastLoginInstructions",
    /// Logs in with it again.
    LastLoginAction = "lastLoginAction",
    /// Logs in with another one.
    NotYourAccount = "notYourAccountAction",
    /// The terms that a sign-up accepts.
    SignUpTerms = "signUpTerms",
    /// The same as a checkbox.
    AcceptTerms = "acceptTermsLabel",
    /// The link to the terms.
    TermsLink = "termsLink",
    /// The link to the privacy policy.
    PrivacyLink = "privacyLink",
    /// The name of the close button.
    Close = "closeLabel",
    /// No login is possible.
    UnrecoverableError = "unrecoverableError",
    /// Starts over.
    Retry = "retryLabel",
    /// [`Refusal::PhoneNumberMissing`]
    PhoneNumberMissing = "errorPhoneNumberMissing",
    /// [`Refusal::PhoneNumberInvalid`]
    PhoneNumberInvalid = "errorPhoneNumberInvalid",
    /// [`Refusal::SpecialNumber`]
    SpecialNumber = "errorSpecialNumber",
    /// [`Refusal::Landline`]
    Landline = "errorLandline",
    /// [`Refusal::CountryNotAllowed`]
    CountryNotAllowed = "errorCountryNotAllowed",
    /// [`Refusal::TermsNotAccepted`]
    TermsNotAccepted = "errorTermsNotAccepted",
    /// [`Refusal::SmsNotSent`]
    SmsNotSent = "errorSmsNotSent",
    /// [`Refusal::SmsPaused`]
    SmsPaused = "errorSmsPaused",
    /// [`Refusal::RateLimited`], for an unknown time.
    RateLimited = "errorRateLimited",
    /// [`Refusal::RateLimited`] for `{time}`.
    RateLimitedFor = "errorRateLimitedFor",
    /// [`Refusal::ProofOfWork`], which counts without a proof after `{time}`.
    ProofOfWork = "errorProofOfWork",
    /// [`Refusal::CodeMissing`]
    CodeMissing = "errorCodeMissing",
    /// [`Refusal::CodeMalformed`]
    CodeMalformed = "errorCodeMalformed",
    /// [`Refusal::CodeIncomplete`]: it has `{count}` digits.
    CodeIncomplete = "errorCodeIncomplete",
    /// [`Refusal::WrongCode`], with an unknown number of tries left.
    WrongCode = "errorWrongCode",
    /// [`Refusal::WrongCode`] with `{count}` tries left.
    WrongCodeTriesLeft = "errorWrongCodeTriesLeft",
    /// [`Refusal::WrongCode`] with none left.
    WrongCodeLastTry = "errorWrongCodeLastTry",
    /// [`Refusal::CodeExpired`]
    CodeExpired = "errorCodeExpired",
    /// [`Refusal::CodeReplaced`]
    CodeReplaced = "errorCodeReplaced",
    /// [`Refusal::TooManyAttempts`]
    TooManyAttempts = "errorTooManyAttempts",
    /// [`Refusal::UserBlocked`]
    UserBlocked = "errorUserBlocked",
    /// [`Refusal::SignUpDisabled`]
    SignUpDisabled = "errorSignUpDisabled",
    /// [`Refusal::NoPendingLogin`]
    NoPendingLogin = "errorNoPendingLogin",
    /// [`Refusal::TenantRefused`]
    NotCompleted = "errorNotCompleted",
    /// [`Refusal::LoginNotVerified`]
    NotVerified = "errorNotVerified",
    /// [`Refusal::TenantUnavailable`]
    TenantUnavailable = "errorTenantUnavailable",
    /// [`Refusal::Offline`]
    Offline = "errorOffline",
    /// [`Refusal::Timeout`]
    Timeout = "errorTimeout",
    /// [`Refusal::Unexpected`]
    Unexpected = "errorUnexpected",
    /// [`Refusal::ConfirmNumber`]: is `{phone}` right?
    ConfirmNumber = "errorConfirmNumber",
    /// [`Refusal::OtherBrowser`]
    OtherBrowser = "errorOtherBrowser",
    /// [`Refusal::CookiesBlocked`]
    CookiesBlocked = "errorCookiesBlocked",
    /// [`Refusal::OptedOut`]
    OptedOut = "errorOptedOut",
    /// [`Refusal::MoreSteps`]
    MoreSteps = "errorMoreSteps",
    /// [`Refusal::WrongAddress`]: the right one is `{address}`.
    WrongAddress = "errorWrongAddress",
    /// The label of the button that signs out.
    LogOut = "logOutLabel",
}

/// A dictionary as it is sent to the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "ssr"), derive(Default))]
pub struct Messages {
    /// The BCP 47 tag of the language.
    pub language: String,
    /// Whether it is written from right to left.
    pub is_rtl: bool,
    /// One text a line, in the order of [`Text`].
    pub(crate) lines: String,
}

impl Messages {
    /// A dictionary of these texts, which are given in the order of [`Text`].
    #[cfg(feature = "ssr")]
    pub(crate) fn new<'a>(language: &str, is_rtl: bool, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let lines: Vec<&str> = texts.into_iter().collect();
        Self { language: language.to_owned(), is_rtl, lines: lines.join("\n") }
    }

    /// Stands for texts that the browser knows already.
    #[cfg(feature = "ssr")]
    pub(crate) fn known() -> Self {
        Self { language: String::new(), is_rtl: false, lines: String::new() }
    }

    /// The same with other words for a text.
    #[cfg(feature = "ssr")]
    pub(crate) fn replacing(&self, text: Text, words: &str) -> Self {
        let words = words.replace('\n', " ");
        let lines = self.lines.split('\n').enumerate();
        let lines: Vec<&str> =
            lines.map(|(at, line)| if at == text as usize { words.as_str() } else { line }).collect();
        Self { lines: lines.join("\n"), ..self.clone() }
    }

    /// A text, with its placeholder.
    pub fn get(&self, text: Text) -> &str {
        self.lines.split('\n').nth(text as usize).unwrap_or_default()
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        if self.is_rtl { "rtl" } else { "ltr" }
    }

    /// A text about a phone number, which stays left to right and on one line in any text.
    pub fn with_phone(&self, text: Text, phone_number: &str) -> String {
        filled(self.get(text), &isolated(&phone_number.replace(' ', "\u{a0}")))
    }

    /// A text about a time, written as a clock.
    pub fn with_time(&self, text: Text, seconds: u32) -> String {
        filled(self.get(text), &isolated(&clock(seconds)))
    }

    /// A text about a number of things.
    pub fn with_count(&self, text: Text, count: u32) -> String {
        filled(self.get(text), &count.to_string())
    }

    /// Why a step was refused, and what to do next.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::RateLimited { retry_after: Some(seconds) } => self.with_time(Text::RateLimitedFor, *seconds),
            Refusal::ProofOfWork { retry_after, .. } => self.with_time(Text::ProofOfWork, *retry_after),
            Refusal::CodeIncomplete { digits } => self.with_count(Text::CodeIncomplete, *digits),
            Refusal::WrongCode { attempts_left: Some(0) } => self.get(Text::WrongCodeLastTry).to_owned(),
            Refusal::WrongCode { attempts_left: Some(left) } => self.with_count(Text::WrongCodeTriesLeft, *left),
            Refusal::ConfirmNumber(phone_number) => self.with_phone(Text::ConfirmNumber, phone_number),
            Refusal::WrongAddress(address) => filled(self.get(Text::WrongAddress), &isolated(address)),
            Refusal::Hook(sentence) | Refusal::Denied(sentence) => sentence.clone(),
            other => self.get(fixed(other)).to_owned(),
        }
    }
}

/// The text of a refusal without parameters.
const fn fixed(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::PhoneNumberMissing => Text::PhoneNumberMissing,
        Refusal::PhoneNumberInvalid => Text::PhoneNumberInvalid,
        Refusal::SpecialNumber => Text::SpecialNumber,
        Refusal::Landline => Text::Landline,
        Refusal::CountryNotAllowed => Text::CountryNotAllowed,
        Refusal::TermsNotAccepted => Text::TermsNotAccepted,
        Refusal::SmsNotSent => Text::SmsNotSent,
        Refusal::SmsPaused => Text::SmsPaused,
        Refusal::RateLimited { .. } => Text::RateLimited,
        Refusal::ProofOfWork { .. } => Text::ProofOfWork,
        Refusal::CodeMissing => Text::CodeMissing,
        Refusal::CodeMalformed | Refusal::CodeIncomplete { .. } => Text::CodeMalformed,
        Refusal::WrongCode { .. } => Text::WrongCode,
        Refusal::CodeExpired => Text::CodeExpired,
        Refusal::CodeReplaced => Text::CodeReplaced,
        Refusal::TooManyAttempts => Text::TooManyAttempts,
        Refusal::UserBlocked => Text::UserBlocked,
        Refusal::SignUpDisabled => Text::SignUpDisabled,
        Refusal::NoPendingLogin => Text::NoPendingLogin,
        Refusal::TenantRefused => Text::NotCompleted,
        Refusal::LoginNotVerified => Text::NotVerified,
        Refusal::TenantUnavailable => Text::TenantUnavailable,
        Refusal::Misconfigured => Text::UnrecoverableError,
        Refusal::Offline => Text::Offline,
        Refusal::Timeout => Text::Timeout,
        Refusal::ConfirmNumber(_) => Text::ConfirmNumber,
        Refusal::OtherBrowser => Text::OtherBrowser,
        Refusal::CookiesBlocked => Text::CookiesBlocked,
        Refusal::OptedOut => Text::OptedOut,
        Refusal::MoreSteps => Text::MoreSteps,
        Refusal::WrongAddress(_) => Text::WrongAddress,
        Refusal::Hook(_) | Refusal::Denied(_) | Refusal::Unexpected => Text::Unexpected,
    }
}

/// Replaces the placeholder of a text, which has one at most.
fn filled(text: &str, value: &str) -> String {
    let (before, rest) = text.split_once('{').unwrap_or((text, ""));
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    if rest.is_empty() { text.to_owned() } else { [before, value, after].concat() }
}

/// Between LEFT-TO-RIGHT ISOLATE and POP DIRECTIONAL ISOLATE, so that surrounding right-to-left text does not reorder it.
fn isolated(text: &str) -> String {
    ["\u{2066}", text, "\u{2069}"].concat()
}

/// `0:42`
fn clock(seconds: u32) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let tens = if seconds < 10 { ":0" } else { ":" };
    [&minutes.to_string(), tens, &seconds.to_string()].concat()
}
