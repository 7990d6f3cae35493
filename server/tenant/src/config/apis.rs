//! APIs that clients may request access tokens for: Auth0's resource servers, and the client grants that limit them.

use super::Client;

/// An API, known by its identifier: the audience of access tokens.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) identifier: String,
    /// Names or identifiers of the clients that may request it; `None` means all.
    pub(crate) clients: Option<Vec<String>>,
}

/// Why a client gets no token for an audience; the sentences are Auth0's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AudienceError {
    #[error("Service not found: {0}")]
    Unknown(String),
    #[error("Client \"{client_id}\" is not authorized to access resource server \"{audience}\".")]
    NotGranted { client_id: String, audience: String },
}

impl Api {
    pub(crate) fn is_open_to(&self, client: &Client) -> bool {
        self.clients.as_ref().is_none_or(|clients| clients.iter().any(|entry| client.is_named(entry)))
    }

    pub(crate) fn not_for(&self, client: &Client) -> AudienceError {
        AudienceError::NotGranted { client_id: client.client_id.clone(), audience: self.identifier.clone() }
    }
}
