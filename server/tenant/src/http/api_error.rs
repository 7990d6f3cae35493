//! Every error of the JSON API in one table: name, sentence, status.

use std::borrow::Cow;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::cross_origin_error::CrossOriginError;
use crate::{
    config::AudienceError,
    error::{RETRY_AFTER_SECONDS, StoreError},
    otp::{challenge::Refusal, request::ProofNeeded},
    rate_limit::start::TooManyStarts,
    sms::SendError,
};

/// An error response. Its `Display` form is the `error_description`.
///
/// Names, sentences and statuses are Auth0's: <https://auth0.com/docs/api/authentication>
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("Missing required property: {}", .0.name())]
    Missing(Property),
    #[error("error in {} - invalid type: {found} (expected string)", .property.name())]
    NotText { property: Property, found: &'static str },
    #[error("Connection does not exist")]
    ConnectionUnknown,
    #[error("Connection is disabled")]
    ConnectionDisabled,
    #[error("Invalid connection strategy. It must either be a passwordless connection")]
    ConnectionStrategy,
    #[error("error in authParams - invalid type: {0} (expected object)")]
    AuthParams(&'static str),
    #[error("the following properties are not allowed: {0}")]
    PropertiesNotAllowed(String),
    #[error("Callback URL mismatch: {0} is not among the callbacks of the client")]
    CallbackMismatch(String),
    #[error("send must be code for an SMS connection")]
    Send,
    #[error(r"String does not match pattern: ^\+[0-9]{{1,15}}$")]
    PhonePattern,
    #[error("The number is not in E.164 form, or has too few or too many digits for its country")]
    PhoneForm,
    #[error("Phone numbers of this country are not served")]
    PhoneCountry,
    #[error("Numbers of this kind are not served")]
    PhoneSpecial,
    #[error("Landlines are not served")]
    PhoneLandline,
    #[error(transparent)]
    Sms(#[from] SendError),
    #[error("Suspicious request requires verification")]
    ProofNeeded(Box<ProofNeeded>),
    #[error("Too many requests. Please try again later.")]
    TooManyRequests(TooManyStarts),
    /// No codes are sent to such numbers for this many seconds.
    #[error("No codes are sent to such numbers at the moment. Please try again later.")]
    SmsPaused(u64),

    /// A refused code at `/passwordless/verify`.
    #[error("{0}")]
    Verify(Refusal),
    /// A refused code at `/oauth/token`.
    #[error("{0}")]
    Otp(Refusal),
    #[error(transparent)]
    Grant(#[from] GrantError),
    #[error(transparent)]
    CrossOrigin(#[from] CrossOriginError),
    #[error("Unauthorized")]
    InvalidClient(TokenAuth),
    /// Codes were requested for a client with a secret, without it.
    #[error(
        "This client has a secret: send client_secret or client_assertion from its server, or list the page's origin in \
         web_origins"
    )]
    ProofMissing,
    /// A page of an origin that is not the client's requested codes.
    #[error("Origin {0} is not the client's: list it in web_origins")]
    OriginNotAllowed(String),
    /// A page elsewhere did, and does not say of which origin it is.
    #[error("Requests of pages at other origins need the header Origin")]
    OriginMissing,
    #[error("Grant type '{0}' not allowed for the client.")]
    GrantNotAllowed(String),
    #[error("Unsupported grant type: {0}")]
    GrantUnsupported(String),
    /// An unknown `client_id` at `/passwordless/verify`.
    #[error("invalid client")]
    UnknownClient,
    #[error("Unauthorized")]
    InvalidToken,
    /// A connection that `/otp/challenge` does not know, or that the client may not use.
    #[error("The connection does not exist, or is not enabled for the client")]
    InvalidConnection,
    /// A code that was redeemed with a session: wrong, expired, used, or of another session.
    #[error("Invalid or expired auth_session or otp")]
    OtpSession,
    /// The right code of a blocked user, redeemed with a session.
    #[error("{}", Refusal::Blocked)]
    OtpSessionBlocked,
    #[error(transparent)]
    Audience(#[from] AudienceError),
    #[error("{0}")]
    InvalidRequest(Cow<'static, str>),

    #[error("The body is larger than 16 kB")]
    TooLarge,
    #[error("There is nothing here")]
    NotFound,
    #[error("The method is not allowed here")]
    MethodNotAllowed,
    #[error("The request took too long")]
    Timeout,
    #[error("Internal error")]
    Store(#[from] StoreError),
    #[error("Internal error")]
    Internal,
}

/// Parameters of the API that have an error of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Property {
    ClientId,
    Connection,
    PhoneNumber,
    Send,
    /// Any other.
    Other(&'static str),
}

/// Why an authorization code or a refresh token was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GrantError {
    #[error("Invalid authorization code")]
    Code,
    #[error("Failed to verify code verifier")]
    CodeVerifier,
    #[error("The redirect URI is wrong. You sent {sent} and we expected {expected}")]
    RedirectUri { sent: String, expected: String },
    #[error("Unknown or invalid refresh token.")]
    RefreshToken,
    #[error("The refresh_token was generated for a user who doesn't exist anymore.")]
    RefreshTokenUser,
}

/// How a client tried to authenticate: only the response to HTTP Basic has a challenge, which openid-client would otherwise
/// show instead of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenAuth {
    Basic,
    Body,
}

impl Property {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::Connection => "connection",
            Self::PhoneNumber => "phone_number",
            Self::Send => "send",
            Self::Other(name) => name,
        }
    }

    fn error(self) -> &'static str {
        match self {
            Self::ClientId => "bad.client_id",
            Self::Connection => "bad.connection",
            Self::PhoneNumber => "bad.phone_number",
            Self::Send => "bad.send",
            Self::Other(_) => "bad.request",
        }
    }
}

impl ApiError {
    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidRequest(description.into())
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Missing(property) | Self::NotText { property, .. } => property.error(),
            Self::ConnectionUnknown
            | Self::ConnectionDisabled
            | Self::ConnectionStrategy
            | Self::Verify(Refusal::SignUpDisabled)
            | Self::Otp(Refusal::SignUpDisabled) => "bad.connection",
            Self::AuthParams(_) | Self::CallbackMismatch(_) => "bad.authParams",
            Self::PropertiesNotAllowed(_) => "bad.request",
            Self::Send => "bad.send",
            Self::PhonePattern
            | Self::PhoneForm
            | Self::PhoneCountry
            | Self::PhoneSpecial
            | Self::PhoneLandline
            | Self::Sms(SendError::InvalidRecipient { .. }) => "bad.phone_number",
            Self::Sms(_) => "sms_provider_error",
            Self::ProofNeeded(_) => "requires_verification",
            Self::TooManyRequests(_) | Self::SmsPaused(_) => "too_many_requests",
            Self::Verify(Refusal::Blocked) | Self::Otp(Refusal::Blocked) => "unauthorized",
            Self::Verify(Refusal::TooManyAttempts(_)) | Self::Otp(Refusal::TooManyAttempts(_)) => "too_many_attempts",
            Self::Verify(_) => "invalid_user_password",
            Self::Otp(_) | Self::Grant(_) => "invalid_grant",
            Self::CrossOrigin(error) => error.name(),
            Self::InvalidClient(_) | Self::ProofMissing => "invalid_client",
            Self::GrantNotAllowed(_) | Self::UnknownClient => "unauthorized_client",
            Self::GrantUnsupported(_) => "unsupported_grant_type",
            Self::Audience(_) | Self::OtpSessionBlocked | Self::OriginNotAllowed(_) | Self::OriginMissing => {
                "access_denied"
            }
            Self::InvalidConnection => "invalid_connection",
            Self::InvalidToken => "invalid_token",
            Self::InvalidRequest(_) | Self::OtpSession | Self::TooLarge => "invalid_request",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Timeout => "temporarily_unavailable",
            Self::Store(error) if error.is_temporary() => "temporarily_unavailable",
            Self::Store(_) | Self::Internal => "server_error",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::TooManyRequests(_)
            | Self::SmsPaused(_)
            | Self::Verify(Refusal::TooManyAttempts(_))
            | Self::Otp(Refusal::TooManyAttempts(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Verify(Refusal::SignUpDisabled) | Self::Otp(Refusal::SignUpDisabled) => StatusCode::BAD_REQUEST,
            Self::Verify(_)
            | Self::InvalidClient(_)
            | Self::ProofMissing
            | Self::ProofNeeded(_)
            | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::Otp(_)
            | Self::Grant(_)
            | Self::GrantNotAllowed(_)
            | Self::GrantUnsupported(_)
            | Self::Audience(_)
            | Self::OriginNotAllowed(_)
            | Self::OriginMissing
            | Self::OtpSessionBlocked
            | Self::UnknownClient => StatusCode::FORBIDDEN,
            Self::CrossOrigin(error) => error.status(),
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(error) if error.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Members besides Auth0's two, which official clients ignore. `statusCode` is not among them: Lock Passwordless 2 reads
    /// it as the name of the error.
    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        if let Self::Verify(refusal) | Self::Otp(refusal) | Self::CrossOrigin(CrossOriginError::Code(refusal)) = self {
            members.extend(refusal.attempts_left().map(|left| ("attempts_left".to_owned(), json!(left))));
            if matches!(refusal, Refusal::Superseded { .. }) {
                members.insert("superseded".to_owned(), json!(true));
            }
        }
        if let Self::ProofNeeded(needed) = self {
            members.insert("altcha".to_owned(), json!(needed.challenge));
            members.insert("retry_after".to_owned(), json!(needed.retry_after));
        }
        if let Self::TooManyRequests(TooManyStarts { retry_after, .. }) | Self::SmsPaused(retry_after) = self {
            members.insert("retry_after".to_owned(), json!(retry_after));
        }
        members
    }

    fn headers(&self) -> HeaderMap {
        let one = |name, value| HeaderMap::from_iter([(name, value)]);
        match self {
            Self::TooManyRequests(TooManyStarts { retry_after, rate, .. }) => {
                let mut headers = rate.headers();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
                headers
            }
            Self::SmsPaused(retry_after) => one(header::RETRY_AFTER, HeaderValue::from(*retry_after)),
            Self::Store(error) if error.is_temporary() => one(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into()),
            Self::InvalidClient(TokenAuth::Basic) => {
                one(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"tenant\""))
            }
            Self::InvalidToken => {
                one(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
            }
            _ => HeaderMap::new(),
        }
    }
}

/// The name of the error in a response, for the log.
#[derive(Clone, Copy)]
pub(crate) struct ErrorName(pub(crate) &'static str);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(%error, "the store failed");
        }
        let mut body = self.members();
        body.insert("error".to_owned(), json!(self.name()));
        body.insert("error_description".to_owned(), json!(self.to_string()));
        let mut response = (self.status(), Json(body)).into_response();
        response.headers_mut().extend(self.headers());
        response.extensions_mut().insert(ErrorName(self.name()));
        response
    }
}
