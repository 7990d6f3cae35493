//! Authorization codes, RFC 6749 section 4.1.

use std::sync::Arc;

use super::{
    authorization_request::AuthorizationRequest,
    grant::{Grant, ProvedGrant},
    pkce,
    refresh::RefreshTokens,
};
use crate::{
    clock::{Clock, Millis},
    config::Client,
    entropy::{self, Entropy},
    error::StoreError,
    http::{
        api_error::{ApiError, GrantError},
        params::Params,
    },
    otp::challenge::Refusal,
    store::{GrantId, NewFamily, Store, StoredCode},
};

/// How long a code is valid.
const CODE_SECONDS: i64 = 60;

/// Issues and redeems authorization codes.
#[derive(Clone)]
pub(crate) struct AuthorizationCodes {
    pub(crate) store: Store,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// What a client redeems a code with.
struct Exchange<'a> {
    client: &'a Client,
    redirect_uri: &'a str,
    verifier: Option<&'a str>,
    now: Millis,
}

impl AuthorizationCodes {
    pub(crate) async fn issue(&self, request: &AuthorizationRequest, grant: &Grant) -> Result<String, StoreError> {
        let code = entropy::token(&*self.entropy);
        let stored = StoredCode {
            client_id: request.client_id.clone(),
            redirect_uri: request.return_to.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            grant: grant.clone(),
            expires_at: self.clock.millis().plus_seconds(CODE_SECONDS),
        };
        self.store.put_authorization_code(&code, &stored).await?;
        Ok(code)
    }

    /// The user, the grant and the first refresh token of a code. An attempt uses the code up, whatever the other parameters
    /// are; a second one revokes the tokens that the first one got.
    pub(crate) async fn redeem(&self, client: &Client, params: &Params) -> Result<ProvedGrant, ApiError> {
        let code = params.required("code")?;
        let redirect_uri = params.required("redirect_uri")?;
        let exchange =
            Exchange { client, redirect_uri, verifier: params.param("code_verifier")?, now: self.clock.millis() };
        let taken =
            self.store.take_authorization_code(code, exchange.now, |stored| self.judge(&exchange, stored)).await?;
        let Some(taken) = taken else {
            self.refresh_tokens.revoke_by_code(code).await?;
            return Err(GrantError::Code.into());
        };
        let (stored, family) = taken?;
        let user = self.store.user(&stored.grant.user_id).await?.ok_or(GrantError::Code)?;
        if user.blocked {
            self.refresh_tokens.revoke_by_code(code).await?;
            return Err(ApiError::Otp(Refusal::Blocked));
        }
        let refresh_token = family.map(|family| family.token);
        Ok(ProvedGrant { id: Some(GrantId::of(code)), user, grant: stored.grant, refresh_token })
    }

    /// Whether the client may redeem the code, and the refresh token family that starts then.
    fn judge(&self, exchange: &Exchange<'_>, stored: &StoredCode) -> Result<Option<NewFamily>, GrantError> {
        if stored.client_id != exchange.client.client_id || exchange.now >= stored.expires_at {
            return Err(GrantError::Code);
        }
        if stored.redirect_uri != exchange.redirect_uri {
            let (sent, expected) = (exchange.redirect_uri.to_owned(), stored.redirect_uri.clone());
            return Err(GrantError::RedirectUri { sent, expected });
        }
        if !pkce::verify(stored.code_challenge.as_deref(), exchange.verifier) {
            return Err(GrantError::CodeVerifier);
        }
        Ok(self.refresh_tokens.new_family(exchange.client, &stored.grant))
    }
}
