//! The app's hooks at the steps of a login. They hold with and without JavaScript, and for the tenant's own page.

use super::{
    extra_fields::ExtraFields,
    phone_number,
    sign_in::{self, SignIn, SignInHook},
};
use crate::{Country, PhoneNumber, outcome::Refusal};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, net::IpAddr, pin::Pin, sync::Arc};

type Hook = Arc<dyn Fn(LoginAttempt) -> HookFuture + Send + Sync>;
type HookFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// The app's hooks; each is optional and can refuse a step with a sentence of its own, which the dialog shows.
///
/// A hook is an async function, or a closure that returns a future. The request waits for it, so it needs a timeout of its
/// own if it calls another service; if it panics, the request fails.
///
/// `before_start` and `before_verify` run again before a session starts, with the number in the ID token: a login may have
/// come through the tenant's own page, which does not run them. So they should decide, not count, and check what can be
/// checked only once, such as a CAPTCHA token, at one [`step`](LoginAttempt::step). If one of them is set, an ID token
/// without a phone number is refused: the scope must contain `phone`.
///
/// ```
/// use leptos_passwordless::server::{LoginAttempt, LoginStep, ServerHooks};
///
/// async fn not_abroad(attempt: LoginAttempt) -> Result<(), String> {
///     match attempt.country {
///         Some(country) if ["DE", "AT", "CH"].contains(&country.iso()) => Ok(()),
///         _ => Err("Your number must be German, Austrian or Swiss.".to_owned()),
///     }
/// }
///
/// # #[derive(Clone)] struct Captcha;
/// # impl Captcha { async fn is_solved(&self, token: &str) -> bool { !token.is_empty() } }
/// # let captcha = Captcha;
/// // With state: a clone for each call.
/// let hooks = ServerHooks::default().before_verify(not_abroad).before_start(move |attempt| {
///     let captcha = captcha.clone();
///     async move {
///         // A token can be checked once: not again at a resend or before the session starts.
///         if attempt.step != LoginStep::Start || captcha.is_solved(attempt.extra.get("captcha").unwrap_or_default()).await {
///             Ok(())
///         } else {
///             Err("Please solve the CAPTCHA.".to_owned())
///         }
///     }
/// });
/// ```
#[derive(Clone, Default)]
pub struct ServerHooks {
    before_start: Option<Hook>,
    before_verify: Option<Hook>,
    on_sign_in: Option<SignInHook>,
}

/// The argument of [`ServerHooks::before_start`] and [`ServerHooks::before_verify`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoginAttempt {
    /// The step of the login that the hook can refuse.
    pub step: LoginStep,
    /// The number that the code is sent to; at [`LoginStep::SignIn`], the number in the ID token.
    pub phone_number: PhoneNumber,
    /// The country or territory of the number; `None` for a number that belongs to none. A territory is not counted as part
    /// of a country, as it is in [`AuthConfig::countries`](super::AuthConfig::countries): a number of Guernsey, which
    /// begins with `+44`, is in `GG`.
    pub country: Option<Country>,
    /// The address of the user's browser.
    pub client_ip: IpAddr,
    /// The extra fields of the form that was submitted for this step. At [`LoginStep::SignIn`], those of the form with the
    /// code if the server itself ends the login (flow `token`); empty if the browser comes back from the tenant.
    pub extra: ExtraFields,
}

/// The step of a login at which a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginStep {
    /// The user submitted a number: [`api::start`](crate::api::start).
    Start,
    /// The app itself requested a code: [`send_code_to`](super::send_code_to). There is no form, so no extra field.
    StartByApp,
    /// The user requested another code: [`api::resend`](crate::api::resend).
    Resend,
    /// The user submitted a code: [`api::verify`](crate::api::verify).
    Verify,
    /// The tenant confirmed the user; a session is about to start.
    SignIn,
}

impl LoginAttempt {
    pub(super) fn new(step: LoginStep, phone_number: &PhoneNumber, client_ip: IpAddr, extra: &ExtraFields) -> Self {
        Self {
            step,
            country: phone_number::country_of(phone_number),
            phone_number: phone_number.clone(),
            client_ip,
            extra: extra.clone(),
        }
    }
}

impl ServerHooks {
    /// Runs before a code is sent or sent again, with a valid number, and before a session starts. A form that is submitted
    /// twice runs it once.
    #[must_use]
    pub fn before_start<F>(mut self, hook: impl Fn(LoginAttempt) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.before_start = Some(boxed(hook));
        self
    }

    /// Runs before a code is checked, and before a session starts. A code that was right is not checked again for a minute.
    #[must_use]
    pub fn before_verify<F>(mut self, hook: impl Fn(LoginAttempt) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.before_verify = Some(boxed(hook));
        self
    }

    /// Runs once per login, before its session is written; what it returns is the user's [`data`](super::CurrentUser::data) for as long as
    /// the session lasts. Its refusal ends the login without a session.
    ///
    /// This is where an app makes its own row of a user and records the consent to its terms. The hook runs once however
    /// often a browser repeats the step, and to its end even if the browser goes away; but a login can fail after it, for
    /// example because the session cannot be stored, and the next one runs it again. So let it insert or update.
    ///
    /// ```
    /// use leptos_passwordless::server::{CurrentUser, ServerHooks, SignIn};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct Account {
    ///     id: i64,
    ///     is_new: bool,
    /// }
    ///
    /// # #[derive(Clone)] struct PgPool;
    /// # impl PgPool {
    /// #     async fn query(&self, _: &str, _: (&str, Option<&str>, Option<&str>)) -> Result<(i64, bool, bool), ()> { Ok((1, true, true)) }
    /// # }
    /// fn hooks(pool: PgPool) -> ServerHooks {
    ///     ServerHooks::default().on_sign_in(move |sign_in| account(pool.clone(), sign_in))
    /// }
    ///
    /// async fn account(pool: PgPool, user: SignIn) -> Result<Account, String> {
    ///     // With sqlx: query_as(SQL).bind(…).bind(…).bind(…).fetch_one(&pool).await
    ///     const SQL: &str = "INSERT INTO users (tenant_id, phone_number, terms) VALUES ($1, $2, $3)     ///                        ON CONFLICT (tenant_id) DO UPDATE SET phone_number = $2, terms = COALESCE($3, users.terms)     ///                        RETURNING id, is_active, xmax = 0 AS is_new";
    ///     let terms = user.consent.as_ref().map(|consent| consent.version.as_str());
    ///     let row = pool.query(SQL, (&user.user_id, user.phone_number.as_deref(), terms)).await;
    ///     match row {
    ///         Ok((id, true, is_new)) => Ok(Account { id, is_new }),
    ///         Ok((_, false, _)) => Err("Your account is closed.".to_owned()),
    ///         Err(_) => Err("Please try again in a few minutes.".to_owned()),
    ///     }
    /// }
    ///
    /// async fn page(user: CurrentUser) -> String {
    ///     user.data::<Account>().map_or_else(String::new, |account| format!("Customer {}", account.id))
    /// }
    /// ```
    #[must_use]
    pub fn on_sign_in<T, F>(mut self, hook: impl Fn(SignIn) -> F + Send + Sync + 'static) -> Self
    where
        T: Serialize,
        F: Future<Output = Result<T, String>> + Send + 'static,
    {
        self.on_sign_in = Some(sign_in::boxed(hook));
        self
    }

    /// The data that the app adds to a user who signs in.
    pub(super) async fn data_of(&self, sign_in: SignIn) -> Result<Value, Refusal> {
        match &self.on_sign_in {
            Some(hook) => hook(sign_in).await,
            None => Ok(Value::Null),
        }
    }

    pub(super) async fn may_start(&self, attempt: impl FnOnce() -> LoginAttempt) -> Result<(), String> {
        run(self.before_start.as_ref(), attempt).await
    }

    pub(super) async fn may_verify(&self, attempt: impl FnOnce() -> LoginAttempt) -> Result<(), String> {
        run(self.before_verify.as_ref(), attempt).await
    }

    /// Runs both again at the end, whichever way the login came.
    pub(super) async fn may_sign_in(&self, attempt: impl Fn() -> LoginAttempt) -> Result<(), String> {
        self.may_start(&attempt).await?;
        self.may_verify(&attempt).await
    }

    /// Whether a hook needs the number of a user who signs in.
    pub(super) fn need_number(&self) -> bool {
        self.before_start.is_some() || self.before_verify.is_some()
    }
}

fn boxed<F>(hook: impl Fn(LoginAttempt) -> F + Send + Sync + 'static) -> Hook
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    Arc::new(move |attempt| Box::pin(hook(attempt)))
}

/// Reading the country of a number takes a while, so an attempt is described to a hook alone.
async fn run(hook: Option<&Hook>, attempt: impl FnOnce() -> LoginAttempt) -> Result<(), String> {
    match hook {
        Some(hook) => hook(attempt()).await,
        None => Ok(()),
    }
}

impl fmt::Debug for ServerHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHooks")
            .field("before_start", &self.before_start.is_some())
            .field("before_verify", &self.before_verify.is_some())
            .field("on_sign_in", &self.on_sign_in.is_some())
            .finish()
    }
}
