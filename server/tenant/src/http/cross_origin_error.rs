//! Errors of `POST /co/authenticate`, a part of the table in [`super::api_error`].

use http::StatusCode;

use crate::otp::challenge::Refusal;

/// Why a page got no ticket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CrossOriginError {
    #[error("Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.")]
    Body,
    #[error("Unknown credential type parameter.")]
    CredentialType,
    #[error("Unknown realm {0}.")]
    Realm(String),
    #[error("Cross origin login not allowed.")]
    NotAllowed,
    #[error("Blocked user")]
    Blocked,
    #[error("{0}")]
    Code(Refusal),
}

impl CrossOriginError {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Body | Self::Realm(_) => "invalid_request",
            Self::CredentialType => "unsupported_credential_type",
            Self::NotAllowed => "unauthorized_client",
            Self::Blocked => "blocked_user",
            Self::Code(Refusal::TooManyAttempts(_)) => "too_many_attempts",
            Self::Code(_) => "access_denied",
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Body | Self::Realm(_) | Self::CredentialType => StatusCode::BAD_REQUEST,
            Self::NotAllowed => StatusCode::UNAUTHORIZED,
            Self::Code(Refusal::TooManyAttempts(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Blocked | Self::Code(_) => StatusCode::FORBIDDEN,
        }
    }
}

impl From<Refusal> for CrossOriginError {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::Blocked { Self::Blocked } else { Self::Code(refusal) }
    }
}
