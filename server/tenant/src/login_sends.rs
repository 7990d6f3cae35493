//! The login page's forms send one message each: parallel submits of one get the outcome of the first, on any instance.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tracing::Instrument;

use crate::{
    clock::Clock,
    login_page::LoginNotice,
    otp::request::{ProofNeeded, SendCodeError},
    rate_limit::start::TooManyStarts,
    sms::{self, SendError},
    store::{LoginSend, LoginSendOutcome, Store},
};

/// How long an outcome is waited for and repeated: longer than the slowest sender, shorter than a request may take.
const LIFETIME_SECONDS: i64 = 35;

/// How often those who wait ask.
const PAUSE: Duration = Duration::from_millis(100);

/// Sends messages for forms.
#[derive(Clone)]
pub(crate) struct LoginSends {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

impl LoginSends {
    /// Sends a form's message, or gives the outcome if another submit of the form has sent it.
    pub(crate) async fn once(
        &self,
        form: String,
        message: impl Future<Output = Result<(), SendCodeError>> + Send + 'static,
    ) -> LoginSendOutcome {
        loop {
            let now = self.clock.millis();
            let state = self.store.begin_login_send(&form, now, now.plus_seconds(LIFETIME_SECONDS)).await;
            match state.map_err(|error| refused(&error.into()))? {
                LoginSend::Begun => break,
                LoginSend::Ended(outcome) => return outcome,
                LoginSend::UnderWay => {
                    #[expect(clippy::disallowed_methods, reason = "it may be another instance that sends")]
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        // A browser that submits twice cancels the first request; the second one is told how it ended.
        let outcome = tokio::spawn(self.clone().send(form, message).in_current_span()).await;
        outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "sending a code from the login page broke off");
            Err(LoginNotice::SmsFailed)
        })
    }

    async fn send(self, form: String, message: impl Future<Output = Result<(), SendCodeError>>) -> LoginSendOutcome {
        let result = message.await;
        let is_of_provider = matches!(result, Ok(()) | Err(SendCodeError::Sms(_)));
        let outcome = match result {
            Ok(()) => Ok(self.clock.millis()),
            Err(error) => Err(refused(&error)),
        };
        let stored = if is_of_provider {
            self.store.end_login_send(&form, &outcome).await
        } else {
            // A refusal of the tenant's own leaves no row: anyone can cause one.
            self.store.forget_login_send(&form).await
        };
        if let Err(error) = stored {
            tracing::error!(%error, "other submits of a form cannot learn what became of its message");
        }
        outcome
    }
}

fn refused(error: &SendCodeError) -> LoginNotice {
    let notice = notice_about(error);
    // Not the error itself: the provider's message can contain the number.
    tracing::warn!(reason = ?notice, "no code was sent from the login page");
    notice
}

fn notice_about(error: &SendCodeError) -> LoginNotice {
    match error {
        SendCodeError::Country => LoginNotice::Country,
        SendCodeError::SpecialNumber => LoginNotice::SpecialNumber,
        SendCodeError::Landline => LoginNotice::Landline,
        SendCodeError::ProofNeeded(needed) => proof_needed(needed),
        SendCodeError::TooManyRequests(TooManyStarts { retry_after, .. }) => {
            LoginNotice::RateLimited { retry_after: Some(u32::try_from(*retry_after).unwrap_or(u32::MAX)) }
        }
        SendCodeError::Stopped { .. } | SendCodeError::OverBudget { .. } => LoginNotice::SmsPaused,
        SendCodeError::Sms(SendError::InvalidRecipient { .. }) => LoginNotice::NumberInvalid,
        SendCodeError::Sms(error) => match error.code() {
            Some(sms::OPTED_OUT) => LoginNotice::OptedOut,
            Some(sms::COUNTRY_NOT_ENABLED) => LoginNotice::Country,
            _ => LoginNotice::SmsFailed,
        },
        SendCodeError::Store(_) => LoginNotice::SmsFailed,
    }
}

fn proof_needed(ProofNeeded { challenge, retry_after }: &ProofNeeded) -> LoginNotice {
    LoginNotice::ProofNeeded { challenge: json!(challenge).to_string(), retry_after: *retry_after }
}
