//! The audience of access tokens.

use crate::{
    config::{AudienceError, Client, TenantConfig},
    origin::Origin,
};

/// The API that a client requests an access token for. The tenant's own, which older SDKs name, is in every token anyway.
pub(crate) fn requested(
    config: &TenantConfig,
    origin: &Origin,
    client: &Client,
    audience: Option<&str>,
) -> Result<Option<String>, AudienceError> {
    let Some(audience) = audience.filter(|audience| *audience != origin.at("/userinfo")) else { return Ok(None) };
    config.check_audience(client, audience).map(|()| Some(audience.to_owned()))
}
