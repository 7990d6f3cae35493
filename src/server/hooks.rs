//! The app's hooks before a code is sent or checked. They hold with and without JavaScript, and for the tenant's own page.

use crate::PhoneNumber;
use std::{fmt, net::IpAddr, sync::Arc};

type Hook = Arc<dyn Fn(&LoginAttempt<'_>) -> Result<(), String> + Send + Sync>;

/// The app's hooks; each is optional and refuses an attempt with a sentence of its own.
///
/// Both run again before a session starts, with the number in the ID token: a login may have come through the tenant's own
/// page, which does not run them. So a hook should decide, not count. If there is a hook, an ID token without a phone number
/// is refused: the scope must contain `phone`.
///
/// ```
/// use leptos_passwordless::server::{LoginAttempt, ServerHooks};
///
/// let hooks = ServerHooks::default().before_start(|attempt: &LoginAttempt| {
///     if attempt.phone_number.as_str().starts_with("+44") {
///         Ok(())
///     } else {
///         Err("Only British numbers can log in here.".to_owned())
///     }
/// });
/// ```
#[derive(Clone, Default)]
pub struct ServerHooks {
    before_start: Option<Hook>,
    before_verify: Option<Hook>,
}

/// The argument of a hook.
#[derive(Clone, Copy, Debug)]
pub struct LoginAttempt<'a> {
    /// The number that the code is sent to.
    pub phone_number: &'a PhoneNumber,
    /// The address of the user's browser.
    pub client_ip: IpAddr,
}

impl ServerHooks {
    /// Runs before a code is sent or sent again, with a valid number.
    #[must_use]
    pub fn before_start(
        mut self,
        hook: impl Fn(&LoginAttempt<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.before_start = Some(Arc::new(hook));
        self
    }

    /// Runs before a code is checked.
    #[must_use]
    pub fn before_verify(
        mut self,
        hook: impl Fn(&LoginAttempt<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.before_verify = Some(Arc::new(hook));
        self
    }

    pub(super) fn may_start(&self, attempt: &LoginAttempt<'_>) -> Result<(), String> {
        self.before_start.as_ref().map_or(Ok(()), |hook| hook(attempt))
    }

    /// Runs both again at the end, whichever way the login came.
    pub(super) fn may_sign_in(&self, attempt: &LoginAttempt<'_>) -> Result<(), String> {
        self.may_start(attempt)?;
        self.may_verify(attempt)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.before_start.is_none() && self.before_verify.is_none()
    }

    pub(super) fn may_verify(&self, attempt: &LoginAttempt<'_>) -> Result<(), String> {
        self.before_verify.as_ref().map_or(Ok(()), |hook| hook(attempt))
    }
}

impl fmt::Debug for ServerHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHooks")
            .field("before_start", &self.before_start.is_some())
            .field("before_verify", &self.before_verify.is_some())
            .finish()
    }
}
