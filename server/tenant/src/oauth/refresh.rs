//! The refresh token grant, RFC 6749 section 6, with rotation: every use returns a new token, and the reuse of an old one
//! revokes the whole family, as one of its two holders must have stolen it (RFC 9700 section 4.14.2).
//!
//! There is no leeway, as by default at Auth0: of parallel uses one succeeds, and the others revoke what it got.

use std::sync::Arc;

use super::{grant::Grant, scope::OFFLINE_ACCESS};
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
    store::{NewFamily, Rotation, Store, User},
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

    /// The first token of a sign-in without an authorization code.
    pub(crate) async fn begin(&self, client: &Client, grant: &Grant) -> Result<Option<String>, StoreError> {
        let Some(family) = self.new_family(client, grant) else { return Ok(None) };
        let origin = entropy::token(&*self.entropy);
        self.store.start_refresh_family(&origin, &family, self.clock.millis()).await?;
        Ok(Some(family.token))
    }

    /// Uses a token up, and returns its successor.
    pub(crate) async fn exchange(&self, client: &Client, params: &Params) -> Result<(User, Grant, String), ApiError> {
        let (token, scope) = (params.required("refresh_token")?, params.param("scope")?);
        let now = self.clock.millis();
        let family = self.store.refresh_family(token, &client.client_id, now).await?.ok_or(GrantError::RefreshToken)?;
        let Some(user) = self.store.user(&family.grant.user_id).await? else {
            self.store.end_refresh_family(&family).await?;
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
        Ok((user, grant, next))
    }

    /// Revokes a token with its family. A token that is not this client's is ignored.
    pub(crate) async fn revoke(&self, client: &Client, token: &str) -> Result<(), StoreError> {
        match self.store.refresh_family(token, &client.client_id, self.clock.millis()).await? {
            Some(family) => self.store.end_refresh_family(&family).await,
            None => Ok(()),
        }
    }

    /// Revokes the family that began with this authorization code.
    pub(crate) async fn revoke_by_code(&self, code: &str) -> Result<(), StoreError> {
        self.store.end_refresh_family_of(code).await
    }
}
