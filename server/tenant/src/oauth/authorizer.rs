//! Completes authorization requests: issues what the application requested.

use super::{
    authorization_codes::AuthorizationCodes,
    authorization_request::{AuthorizationRequest, OauthError},
    authorization_response::AuthorizationResponse,
    grant::Grant,
    tokens::Tokens,
};
use crate::{
    config::Client,
    store::{SsoSession, User},
};

/// Issues the code and the tokens of an authorization response.
#[derive(Clone)]
pub(crate) struct Authorizer {
    pub(crate) codes: AuthorizationCodes,
    pub(crate) tokens: Tokens,
}

impl Authorizer {
    /// The response to an application whose user is signed in.
    pub(crate) async fn respond(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        user: &User,
        session: &SsoSession,
    ) -> Result<AuthorizationResponse, OauthError> {
        let grant = Grant {
            user_id: user.id.clone(),
            scope: request.scope.clone(),
            audience: request.audience.clone(),
            nonce: request.nonce.clone(),
            auth_time: session.created_at.seconds(),
            sid: Some(session.sid.clone()),
        };
        let response_type = request.response_type;
        let code = if response_type.code { Some(self.codes.issue(request, &grant).await?) } else { None };
        let tokens = self.tokens.front_channel(client, user, &grant, response_type, code.as_deref()).await?;
        let params = code.map(|code| ("code", code)).into_iter().chain(tokens).collect();
        Ok(request.return_to.respond(params, None))
    }
}
