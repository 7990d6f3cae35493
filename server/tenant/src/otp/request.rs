//! Requests for codes and attempts to use them, and their errors.

use super::{
    browser::Browser,
    challenge::{Outcome, Refusal},
    message::MessageContext,
    proof_of_work::WorkChallenge,
};
use crate::{
    config::{Client, Connection},
    error::StoreError,
    http::client_ip::RequestSource,
    phone_number::PhoneNumber,
    rate_limit::start::TooManyStarts,
    sms::SendError,
    store::{Binding, User},
};

/// A request for a code.
pub(crate) struct CodeRequest<'a> {
    pub(crate) client: &'a Client,
    pub(crate) connection: &'a Connection,
    pub(crate) phone_number: &'a PhoneNumber,
    pub(crate) context: MessageContext,
    pub(crate) source: RequestSource,
    pub(crate) browser: Browser,
    /// The proof of work, as the client sent it.
    pub(crate) proof: Option<&'a str>,
}

impl CodeRequest<'_> {
    pub(crate) fn binding(&self) -> Binding<'_> {
        binding(self.connection, self.phone_number, Some(self.client), &self.browser)
    }
}

/// Who is sent a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recipients {
    /// Everybody who is not blocked.
    All,
    /// Only those who have an account.
    Users,
    /// Nobody.
    Nobody,
}

/// An attempt to use a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeAttempt<'a> {
    /// The application that the sign-in is for, where it is named.
    pub(crate) client: Option<&'a Client>,
    pub(crate) connection: &'a Connection,
    pub(crate) phone_number: &'a PhoneNumber,
    pub(crate) code: &'a str,
    pub(crate) source: RequestSource,
    pub(crate) browser: &'a Browser,
}

impl<'a> CodeAttempt<'a> {
    pub(crate) fn client_id(&self) -> Option<&'a str> {
        self.client.map(|client| client.client_id.as_str())
    }

    pub(crate) fn binding(&self) -> Binding<'a> {
        binding(self.connection, self.phone_number, self.client, self.browser)
    }
}

fn binding<'a>(
    connection: &'a Connection,
    phone_number: &'a PhoneNumber,
    client: Option<&'a Client>,
    browser: &'a Browser,
) -> Binding<'a> {
    Binding {
        connection: &connection.name,
        phone_number,
        client_id: client.map(|client| client.client_id.as_str()),
        transaction: browser.transaction_hash(),
    }
}

/// A sign-in by code.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) user: User,
    /// Whether the request signed the user in, or repeated one that did.
    pub(crate) outcome: Outcome,
}

/// A proof of work has to come with the request.
#[derive(Debug)]
pub(crate) struct ProofNeeded {
    pub(crate) challenge: WorkChallenge,
    /// Seconds until the challenge counts without its solution.
    pub(crate) retry_after: u32,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendCodeError {
    #[error("numbers of this country are not served")]
    Country,
    #[error("numbers of this kind are not served")]
    SpecialNumber,
    #[error("landlines are not served")]
    Landline,
    #[error("a proof of work was asked for")]
    ProofNeeded(Box<ProofNeeded>),
    #[error("codes are stopped, as too many are not entered")]
    Stopped { retry_after: u64 },
    #[error("the budget of the day is spent")]
    OverBudget { retry_after: u64 },
    #[error(transparent)]
    TooManyRequests(#[from] TooManyStarts),
    #[error(transparent)]
    Sms(#[from] SendError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SendCodeError {
    /// Whether it is certain that no message went out.
    pub(crate) fn is_certain(&self) -> bool {
        // The store is not asked for anything after a message.
        !matches!(self, Self::Sms(error) if !error.is_certain())
    }

    /// Whether a number that has an account might have been sent the code.
    pub(crate) fn spares_users(&self) -> bool {
        matches!(self, Self::Stopped { .. } | Self::OverBudget { .. })
    }

    /// As the metrics name it.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::SpecialNumber => "special_number",
            Self::Landline => "landline",
            Self::ProofNeeded(_) => "proof_needed",
            Self::Stopped { .. } => "stopped",
            Self::OverBudget { .. } => "over_budget",
            Self::TooManyRequests(_) => "limited",
            Self::Sms(_) => "not_sent",
            Self::Store(_) => "failed",
        }
    }
}

/// Why a code was not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}
