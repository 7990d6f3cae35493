//! The refresh token grant, RFC 6749 section 6, with rotation: every use gives a new token, and who comes with an old one
//! ends the whole family, as one of the two holders must be a thief (RFC 9700 section 4.14.2).
//!
//! There is no leeway, as by default at Auth0: of parallel uses one wins, and the others end what it won.

use super::{grant::Grant, scope::OFFLINE_ACCESS};
use crate::{
    config::Client,
    entropy,
    error::StoreError,
    http::{
        api_error::{ApiError, GrantError},
        params::Fields,
    },
    otp::challenge::Refusal,
    state::Tenant,
    store::{NewFamily, Rotation, User},
};

/// What a sign-in begins, where a refresh token was asked for and may be had.
pub(crate) fn family(tenant: &Tenant, client: &Client, grant: &Grant) -> Option<NewFamily> {
    grant.scope.has(OFFLINE_ACCESS).then(|| NewFamily {
        client_id: client.client_id.clone(),
        // OpenID Connect Core section 12.2: the nonce is of the first ID token only.
        grant: Grant { nonce: None, ..grant.clone() },
        token: entropy::token(&*tenant.entropy),
    })
}

/// The first token of a sign-in that no authorization code stands for.
pub(crate) async fn begin(tenant: &Tenant, client: &Client, grant: &Grant) -> Result<Option<String>, StoreError> {
    let Some(family) = family(tenant, client, grant) else { return Ok(None) };
    let origin = entropy::token(&*tenant.entropy);
    tenant.store.start_refresh_family(&origin, &family, tenant.now()).await?;
    Ok(Some(family.token))
}

/// Uses a token up, and returns its successor.
pub(crate) async fn exchange(
    tenant: &Tenant,
    client: &Client,
    fields: &Fields,
) -> Result<(User, Grant, String), ApiError> {
    let (token, scope) = (fields.required("refresh_token")?, fields.param("scope")?);
    let now = tenant.now();
    let family = tenant.store.refresh_family(token, &client.client_id, now).await?.ok_or(GrantError::RefreshToken)?;
    let Some(user) = tenant.store.user(&family.grant.user_id).await? else {
        tenant.store.end_refresh_family(&family).await?;
        return Err(GrantError::RefreshTokenUser.into());
    };
    if user.blocked {
        return Err(ApiError::Otp(Refusal::Blocked));
    }
    let next = entropy::token(&*tenant.entropy);
    match tenant.store.rotate_refresh_token(&family, token, &next, now).await? {
        Rotation::Done => {}
        Rotation::Gone => return Err(GrantError::RefreshToken.into()),
        Rotation::Reused => {
            tracing::warn!(client_id = %client.client_id, "a refresh token was used twice; its family is revoked");
            tenant.audit_reuse(&client.client_id, &user, None).await;
            return Err(GrantError::RefreshToken.into());
        }
    }
    let grant = Grant { scope: family.grant.scope.narrowed(scope), ..family.grant };
    Ok((user, grant, next))
}
