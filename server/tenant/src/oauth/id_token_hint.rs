//! `id_token_hint`: an ID token that an application sends back, to say whom it means. It may have expired.

use serde::Deserialize;

use super::keys::TokenType;
use crate::{error::StoreError, tenant::Tenant};

/// What the token says of the session that it was made in.
#[derive(Clone, Deserialize)]
pub(super) struct Hint {
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) sid: Option<String>,
}

/// A token that no published key signed is no hint.
pub(super) async fn read(tenant: &Tenant, token: &str) -> Result<Option<Hint>, StoreError> {
    let keys = tenant.keys().await?;
    Ok(keys.verify(TokenType::Id, token, &tenant.origin.issuer(), None))
}
