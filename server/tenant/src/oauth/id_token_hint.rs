//! `id_token_hint`: an ID token that an application sends back, to say whom it means. It may have expired.

use serde::Deserialize;

use crate::{error::StoreError, keys::signing_key::TokenType, state::Tenant};

/// What the token says of the session that it was made in.
#[derive(Clone, Deserialize)]
pub(crate) struct Hint {
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) sid: Option<String>,
}

/// A token that no published key signed is no hint.
pub(crate) async fn read(tenant: &Tenant, token: &str) -> Result<Option<Hint>, StoreError> {
    let keys = tenant.keys().await?;
    Ok(keys.verify(TokenType::Id, token, &tenant.origin.issuer(), None))
}
