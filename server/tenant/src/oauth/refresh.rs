//! The refresh token grant, RFC 6749 section 6, with rotation: every use returns a new token, and the reuse of an old one
//! revokes the whole family, as one of its two holders must have stolen it (RFC 9700 section 4.14.2).
//!
//! There is no leeway, as by default at Auth0: of parallel uses one succeeds, and the others revoke what it got.

use std::sync::Arc;

use super::{
    grant::{Grant, ProvedGrant},
    scope::OFFLINE_ACCESS,
};
use crate::{
    audit::log::AuditLog,
    clock::Clock,
    config::Client,
    entropy::{self, Entropy},
    error::StoreError,
    http::{
        api_error::{ApiError, GrantError},
        params::Params,
    },
    otp::challenge::Refusal,
    store::{GrantId, NewFamily, Rotation, Store, User},
};

/// Issues, rotates and revokes refresh tokens.
#[derive(Clone)]
pub(crate) struct RefreshTokens {
    pub(crate) store: Store,
    pub(crate) audit: AuditLog,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl RefreshTokens {
    /// The family that a sign-in starts, where a refresh token was requested and granted.
    pub(crate) fn new_family(&self, client: &Client, grant: &Grant) -> Option<NewFamily> {
        grant.scope.has(OFFLINE_ACCESS).then(|| NewFamily {
            client_id: client.client_id.clone(),
            // OpenID Connect Core section 12.2: the nonce belongs to the first ID token only.
            grant: Grant { nonce: None, ..grant.clone() },
            token: entropy::token(&*self.entropy),
        })
    }

    /// A sign-in without an authorization code, with its first token.
    pub(crate) async fn begin(&self, client: &Client, user: User, grant: Grant) -> Result<ProvedGrant, StoreError> {
        let Some(family) = self.new_family(client, &grant) else {
            return Ok(ProvedGrant { id: None, user, grant, refresh_token: None });
        };
        let id = GrantId::of(&entropy::token(&*self.entropy));
        self.store.start_refresh_family(&id, &family, self.clock.millis()).await?;
        Ok(ProvedGrant { id: Some(id), user, grant, refresh_token: Some(family.token) })
    }

    /// Uses a token up, and returns its successor.
    pub(crate) async fn exchange(&self, client: &Client, params: &Params) -> Result<ProvedGrant, ApiError> {
        let (token, scope) = (params.required("refresh_token")?, params.param("scope")?);
        let now = self.clock.millis();
        let family = self.store.refresh_family(token, &client.client_id, now).await?.ok_or(GrantError::RefreshToken)?;
        let Some(user) = self.store.user(&family.grant.user_id).await? else {
            self.store.end_grant(&family.id).await?;
            return Err(GrantError::RefreshTokenUser.into());
        };
        if user.blocked {
            return Err(ApiError::Otp(Refusal::Blocked));
        }
        let next = entropy::token(&*self.entropy);
        match self.store.rotate_refresh_token(&family, token, &next, now).await? {
            Rotation::Done => {}
            Rotation::Gone => return Err(GrantError::RefreshToken.into()),
            Rotation::Reused => {
                tracing::warn!(client_id = %client.client_id, "a refresh token was used twice; its family is revoked");
                self.audit.refresh_token_reused(&client.client_id, &user, None).await;
                return Err(GrantError::RefreshToken.into());
            }
        }
        let grant = Grant { scope: family.grant.scope.narrowed(scope), ..family.grant };
        Ok(ProvedGrant { id: Some(family.id), user, grant, refresh_token: Some(next) })
    }

    /// Revokes a token with all that come from the same sign-in. A token that is not this client's is ignored.
    pub(crate) async fn revoke(&self, client: &Client, token: &str) -> Result<(), StoreError> {
        match self.store.refresh_family(token, &client.client_id, self.clock.millis()).await? {
            Some(family) => self.store.end_grant(&family.id).await,
            None => self.store.end_access_token(token, &client.client_id).await,
        }
    }

    /// Revokes what grew from an authorization code that is tried a second time, RFC 6749 section 4.1.2.
    pub(crate) async fn revoke_by_code(&self, code: &str) -> Result<(), StoreError> {
        self.store.end_grant(&GrantId::of(code)).await
    }
}
